"""Which columns of a table are read, and as what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from common.wording import listed, quoted
from sourcedata.importing.cells.mapped import Mapped, columns_of, mapping
from sourcedata.importing.cells.wide import Pattern
from sourcedata.importing.form import Form
from sourcedata.importing.refusal import ImportRefused

# A text with one of these may have been meant as an expression.
OPERATORS = {*"+-*/%()[]"}


@dataclass(frozen=True)
class Columns:
    """What is read of a table: by turbine, how each variable is; None stands for each row's own."""

    mapped: Mapping[str | None, Sequence[Mapped]]
    beside: Sequence[str]

    @property
    def wanted(self) -> list[str]:
        """The names of all columns that are read."""
        values = (each.column for of_turbine in self.mapped.values() for each in of_turbine)
        return list(dict.fromkeys([*self.beside, *values]))


def missing_columns(form: Form) -> Callable[[Sequence[str]], Sequence[str]]:
    """Return what tells which of the columns of a form a row of names does not have.

    Raises:
        ImportRefused: where the form names an expression or a pattern that is none.
    """
    pattern = Pattern.of(form.wide) if form.wide else None
    choices = {text: columns_of(text) for text in form.columns.values()}
    wanted = wanted_of_turbines(form)

    def missing(names: Sequence[str]) -> Sequence[str]:
        lacking, there = [name for name in _beside(form) if name not in names], {*names}
        if pattern:
            of_turbines = pattern.columns(names, wanted)
            there = {name for own in of_turbines.values() for name in own}
        texts = [text for text, of_text in choices.items() if not {*of_text} & there]
        return lacking + [(form.wide or "{column}").replace("{column}", text) for text in texts]

    return missing


def columns_of_table(form: Form, names: Sequence[str]) -> Columns:
    """Return what is read of a table whose columns have these names.

    Raises:
        ImportRefused: where an expression, a unit or a column is none.
    """
    if form.wide is None:
        return Columns({None: _mapped(form, names)}, _beside(form))
    of_turbines = Pattern.of(form.wide).columns(names, wanted_of_turbines(form))
    mapped: dict[str | None, Sequence[Mapped]] = {
        turbine: _of_turbine(form, own) for turbine, own in of_turbines.items()
    }
    if form.replaces:
        _refuse_gaps(form, mapped)
    return Columns(mapped, _beside(form))


def wanted_of_turbines(form: Form) -> set[str]:
    """Return what a wide table has a column of for each turbine, in all ways to read it."""
    return {name for text in form.columns.values() for name in columns_of(text)}


def why_none(form: Form) -> str:
    """Return the sentence that says which texts of a form are no expressions, if any is."""
    for variable, text in form.columns.items():
        if len(columns_of(text)) == 1 and set(text) & OPERATORS:
            try:
                mapping(variable, text, ())
            except ImportRefused as error:
                return f" {error}"
    return ""


def _refuse_gaps(form: Form, mapped: Mapping[str | None, Sequence[Mapped]]) -> None:
    """Refuse to empty a variable of a turbine that merely has no column for it."""
    for turbine, own in mapped.items():
        if lacking := form.columns.keys() - {each.variable for each in own}:
            raise ImportRefused(
                f"With --replace each turbine needs a column of each variable, and"
                f" {quoted(turbine or '')} has none of {listed(sorted(lacking))}: import it apart."
            )


def _beside(form: Form) -> list[str]:
    return [*form.time_columns, *([form.turbine_column] if form.turbine_column else [])]


def _mapped(form: Form, names: Sequence[str]) -> list[Mapped]:
    return [mapping(variable, text, names) for variable, text in form.columns.items()]


def _of_turbine(form: Form, own: Mapping[str, str]) -> Sequence[Mapped]:
    """Return how the variables of a turbine are read that has columns of its own for them."""
    mapped = []
    for variable, text in form.columns.items():
        if {*columns_of(text)} & own.keys():
            each = mapping(variable, text, own)
            mapped.append(replace(each, column=own[each.column]))
    return mapped
