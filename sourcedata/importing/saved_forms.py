"""Forms under a name: those that come with the project, and those that somebody saved."""

import tomllib
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w
from django.conf import settings

from common.wording import first_line, listed, quoted
from sourcedata.importing.options import add_to
from sourcedata.importing.refusal import ImportRefused

BUILT_IN = Path(__file__).with_name("forms.toml")
# An option of a form is what is typed on the command line, without its dashes.
_parser = ArgumentParser()
add_to(_parser)
NAMES = tuple(name.replace("_", "-") for name in vars(_parser.parse_args([])))


def typed(name: str) -> list[str]:
    """Return what would be typed for the form of that name.

    Raises:
        ImportRefused: where there is no such form, or it has what no option is called.
    """
    forms = {**_forms_in(BUILT_IN), **_forms_in(settings.IMPORT_FORMS_FILE)}
    if name not in forms:
        raise ImportRefused(
            f"There is no form {quoted(name)} in {settings.IMPORT_FORMS_FILE}; there are:"
            f" {listed(map(quoted, forms))}."
        )
    return [word for key, value in forms[name].items() for word in _words(name, key, value)]


def _forms_in(path: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        forms = tomllib.loads(path.read_text()) if path.exists() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ImportRefused(f"{path} cannot be read: {first_line(error)}.") from error
    for name, form in forms.items():
        if not isinstance(form, dict):
            raise ImportRefused(
                f"{path}: {quoted(name)} is no form; allowed are tables, as [name]."
            )
    return forms


def _words(form: str, key: str, value: Any) -> Sequence[str]:
    if key not in NAMES:
        raise ImportRefused(
            f"The form {quoted(form)} has {quoted(key)}, which is no option; allowed are"
            f" {listed(map(quoted, NAMES))}."
        )
    if isinstance(value, bool):
        return [f"--{key}"] if value else []
    if isinstance(value, dict):
        value = [f"{variable}={column}" for variable, column in value.items()]
    values = value if isinstance(value, list) else [value]
    return [f"--{key}={each}" for each in values]


def merged(typed: Mapping[str, Any], of_form: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was typed, and of what was not, what a form says.

    The variables and the words for missing values come in addition to those of the form, whose
    variables are kept where they were not typed. What was typed without a column is left out.
    """
    options = {name: of_form.get(name) if value is None else value for name, value in typed.items()}
    variables = {variable for variable, _ in typed["map"] or ()}
    kept = [each for each in of_form["map"] or () if each[0] not in variables]
    missing = [*(of_form["missing_value"] or ()), *(typed["missing_value"] or ())]
    # An empty list is none.
    mapped = [*kept, *(typed["map"] or ())]
    options["map"] = [(variable, column) for variable, column in mapped if column] or None
    options["missing_value"] = list(dict.fromkeys(missing)) or None
    return options


def save(name: str, options: Mapping[str, Any]) -> None:
    """Keep what was typed under a name, in the place of what had it.

    Raises:
        ImportRefused: where the file cannot be written.
    """
    path = settings.IMPORT_FORMS_FILE
    forms = {**_forms_in(path), name: dict(options)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # All of it, or what was there before.
        new = path.with_suffix(".new")
        new.write_bytes(tomli_w.dumps(forms).encode())
        new.replace(path)
    except (OSError, UnicodeEncodeError) as error:
        raise ImportRefused(f"{path} cannot be written: {first_line(error)}.") from error


def words(typed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was typed of a form, as it is saved."""
    kept = {}
    for name in NAMES:
        value = typed[name.replace("-", "_")]
        if value is not None:
            kept[name] = dict(value) if name == "map" else value
    return {name: str(value) if name == "timezone" else value for name, value in kept.items()}
