"""The options that describe an export: what each is called, and what may be typed for it."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from common.wording import quoted
from sourcedata.importing import arguments
from sourcedata.importing.files.headers import on_one_line
from sourcedata.importing.form import MOST_NEW_TURBINES, Form
from sourcedata.importing.refusal import ImportRefused
from sourcedata.variables import COLUMNS

# Of these one says whose the measurements are.
WHOSE = ("turbine", "turbine_column", "turbine_from_filename", "wide")
# What these are told may begin with a minus, as -INF and -03:30.
MAY_BE_NEGATIVE = {"--missing-value", "--timezone"}


def add_to(parser: ArgumentParser) -> None:
    """Add the options; what is not typed is None."""
    _add_columns(parser)
    _add_turbines(parser)
    _add_cells(parser)
    _add_meaning(parser)


def _add_columns(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--time-column",
        action="append",
        type=on_one_line,
        metavar="COLUMN",
        help="which holds the times; several, as of a date and a time, are joined in this order",
    )
    parser.add_argument(
        "--map",
        action="append",
        type=arguments.variable_and_column,
        metavar="VARIABLE=COLUMN",
        help=(
            "which column holds what; a unit may follow, as P[W], or it is an expression, as wd %% "
            f"360; repeatable; the variables: {', '.join(COLUMNS)}"
        ),
    )


def _add_turbines(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--turbine", type=arguments.turbine_name, metavar="NAME", help="that all rows are of"
    )
    parser.add_argument(
        "--turbine-column",
        type=on_one_line,
        metavar="COLUMN",
        help="which names each row's turbine",
    )
    parser.add_argument(
        "--turbine-from-filename",
        type=arguments.pattern_of_files,
        metavar="REGEX",
        help="whose first group, in a file's name, is the turbine of all its rows",
    )
    parser.add_argument(
        "--wide",
        type=arguments.pattern_of_names,
        metavar="PATTERN",
        help='of columns per turbine and variable, as "{turbine}_{column}"',
    )
    parser.add_argument(
        "--new-turbines",
        type=arguments.count,
        metavar="N",
        help=f"how many turbines may be made (default: {MOST_NEW_TURBINES})",
    )


def _add_cells(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--decimal",
        choices=[".", ","],
        help=(
            "of numbers; the other one may separate thousands (default: . where a comma cannot be"
            " the decimal mark)"
        ),
    )
    parser.add_argument(
        "--missing-value",
        action="append",
        type=arguments.missing_value,
        metavar="X",
        help=(
            "stands for a value that is missing, as empty cells, NaN and the usual words do; "
            "repeatable"
        ),
    )
    parser.add_argument(
        "--encoding",
        type=arguments.encoding,
        metavar="NAME",
        help="of a text (default: UTF-8, UTF-16 or cp1252, as the file tells)",
    )
    parser.add_argument(
        "--sheet", metavar="NAME", help="of a workbook (default: the only one with these columns)"
    )
    parser.add_argument(
        "--time-format",
        type=arguments.format_of_times,
        metavar="FORMAT",
        help="of the times, as %%d/%%m/%%Y %%H:%%M, or epoch (default: ISO 8601)",
    )


def _add_meaning(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--timezone",
        type=arguments.timezone,
        metavar="ZONE",
        help=(
            "of times without an offset, as Europe/Paris, +01:00, -03:30 or UTC-3 (default: UTC)"
        ),
    )
    parser.add_argument(
        "--label",
        choices=["start", "end"],
        help="which end of its sample a time labels (default: start)",
    )
    parser.add_argument(
        "--keep-times",
        action="store_true",
        default=None,
        help="leave times as they are that lie within 2 %% of the interval of a regular one",
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        default=None,
        help=(
            "what the turbines have between a file's first time and its last, and the file has "
            "not, is deleted, and empty cells empty what is known"
        ),
    )
    parser.add_argument(
        "--sample-interval",
        type=arguments.sample_interval_s,
        metavar="SECONDS",
        help="set on the turbines (default: what they have; the file's median step of new ones)",
    )
    parser.add_argument(
        "--rated-power-kw",
        type=arguments.rated_power_kw,
        metavar="KW",
        help="set on the turbines (default: what they have)",
    )


def joined(words: Sequence[str]) -> list[str]:
    """Return what was typed, with = before values that argparse would take for options."""
    joined_words: list[str] = []
    for word in words:
        is_negative = word.startswith("-") and not word.startswith("--")
        if is_negative and joined_words and joined_words[-1] in MAY_BE_NEGATIVE:
            joined_words[-1] += f"={word}"
        else:
            joined_words.append(word)
    return joined_words


def form_of(options: Mapping[str, Any]) -> Form:
    """Return the form that the options describe; those that are None were not typed.

    Raises:
        ImportRefused: where one is missing, or two contradict each other.
    """
    _refuse_incomplete(options)
    _refuse_left_out(options["map"])
    form = Form(
        time_columns=options["time_column"],
        columns=dict(options["map"]),
        turbine=options["turbine"],
        turbine_column=options["turbine_column"],
        filename_pattern=options["turbine_from_filename"],
        wide=options["wide"],
        time_format=options["time_format"],
        timezone=options["timezone"] or UTC,
        label_is_end=options["label"] == "end",
        keeps_times=bool(options["keep_times"]),
        decimal=options["decimal"],
        missing=options["missing_value"] or (),
        encoding=options["encoding"],
        sheet=options["sheet"],
        replaces=bool(options["replace"]),
        most_new_turbines=options["new_turbines"] or MOST_NEW_TURBINES,
        sample_interval_s=options["sample_interval"],
        rated_power_kw=options["rated_power_kw"],
    )
    _refuse_repeated("variable", [variable for variable, _ in options["map"]])
    beside = [*form.time_columns, *filter(None, [form.turbine_column])]
    _refuse_repeated("column", [*beside, *({*form.columns.values()} & {*beside})])
    return form


def _refuse_incomplete(options: Mapping[str, Any]) -> None:
    lacking = [name for name in ("time_column", "map") if not options[name]]
    given = [name for name in WHOSE if options[name]]
    if not given:
        names = " or ".join(map(_typed, WHOSE))
        raise ImportRefused(f"One of {names} is needed: it says whose the measurements are.")
    if lacking:
        raise ImportRefused(f"{' and '.join(map(_typed, lacking))}: needed, and not given.")
    if len(given) > 1:
        raise ImportRefused(f"{' and '.join(map(_typed, given))}: allowed is one of them.")


def _refuse_left_out(mapped: Sequence[tuple[str, str]]) -> None:
    for variable, column in mapped:
        if not column:
            raise ImportRefused(
                f"--map {variable}= has no column behind the =, which leaves out a variable of the"
                " form that --form names; write it as VARIABLE=COLUMN."
            )


def _typed(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _refuse_repeated(noun: str, names: list[str]) -> None:
    if repeated := [name for name, times in Counter(names).items() if times > 1]:
        raise ImportRefused(
            f"The {noun} {quoted(repeated[0])} is named more than once; each {noun} may be named "
            "once."
        )
