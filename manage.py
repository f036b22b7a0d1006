#!/usr/bin/env python
"""Django's command-line entry point, which says in a sentence what a database lacks."""

import os
import sys


def main() -> None:
    """Run the management command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "windproject.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    from common.refusals import Refusal

    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit("Interrupted; what was done before is kept.")
    except ImproperlyConfigured as error:
        sys.exit(f"A setting is wrong: {error}")
    except Refusal as error:
        sys.exit(f"{str(error).rstrip('.')}.")
    except DatabaseError as error:
        sentence = _sentence(error)
        if not sentence:
            raise
        sys.exit(sentence)


def _sentence(error: Exception) -> str:
    """Return why a database does not do its part; nothing where that is a fault of this project."""
    from common.postgres.outages import is_outage, is_refusal, lacks_tables

    if lacks_tables(error):
        return "A database lacks its tables; make them by: manage.py migrate"
    if is_outage(error):
        return f"A database cannot be used: {str(error).strip()}"
    if is_refusal(error):
        return f"A database refuses what it is told: {str(error).strip()}"
    return ""


if __name__ == "__main__":
    main()
