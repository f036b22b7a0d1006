"""What the page that explains a value says of it."""

from aggregates.models import AggregatedDay, Signal
from aggregates.pages import addresses
from aggregates.pages.explanation import Explanation
from aggregates.pages.picture import Picture
from aggregates.pages.sentences import Sentence, code, link, sentence, state, strong

REPAIR = ".venv/bin/python manage.py audit --from {day} --to {day} --repair"
NO_SAMPLES = "The source does not know this day of the turbine."


def of_value(explanation: Explanation, signal: Signal) -> Sentence:
    """Say what is stored, and of how many samples."""
    value = explanation.value
    stored = "There is no value" if value is None else f"{value:.6g} {signal.unit}".rstrip()
    expected = f", of {explanation.expected} expected" if explanation.expected else ""
    return sentence(
        strong(stored),
        f" is stored for {explanation.start:%H:%M} to {explanation.end:%H:%M} UTC.",
        f" Samples: {explanation.tally}{expected}.",
    )


def of_formula(explanation: Explanation, signal: Signal) -> Sentence:
    """Say how the value follows from its samples."""
    value = explanation.formula.value
    comes_to = "" if value is None else f" = {value:.6g}"
    return sentence(code(f"{signal.name}: {explanation.formula.text}{comes_to}"), _way(explanation))


def _way(explanation: Explanation) -> str:
    """Say whether the value is made of what the source tells of the readings within samples."""
    if not explanation.companion or explanation.formula.value is None:
        return ""
    if not explanation.lacking:
        return f" Made of the samples' own {explanation.companion}."
    used = sum(sample.is_used for sample in explanation.samples)
    return (
        f" Made of the samples alone: {explanation.lacking} of {used} lack their"
        f" {explanation.companion}."
    )


def of_agreement(explanation: Explanation) -> Sentence:
    """Say whether what is stored is what the samples come to, and in which state its day is."""
    agreement = _agreement(explanation)
    if explanation.state is None:
        return agreement
    return sentence(agreement, " The turbine's day is ", state(explanation.state), ".")


def _agreement(explanation: Explanation) -> Sentence:
    if not explanation.version:
        return sentence(
            "The source does not have the samples any more, so it cannot be computed again."
        )
    if not explanation.aggregated:
        return sentence("The day was never computed yet.")
    if not explanation.is_kept:
        return sentence("VARIABLES_FILE does not keep this statistic any more: it stays as it was.")
    if explanation.agrees:
        return sentence("Computed again from the samples below, it is the same.")
    if explanation.changes:
        return sentence(
            "This is not what the samples below come to: "
            f"the {explanation.changes} have changed since."
        )
    return sentence(
        strong("This is not what the samples below come to"),
        ", and nothing has changed since: let the audit repair the day, ",
        code(REPAIR.format(day=explanation.start.date())),
        ".",
    )


def of_picture(picture: Picture) -> Sentence:
    """Say what the picture shows."""
    line = "" if picture.level is None else "; the line is what is stored"
    return sentence(
        f"From {picture.least:.6g} to {picture.greatest:.6g}{line}."
        " Hollow: left out, and at the edge where beyond."
    )


def of_origin(explanation: Explanation, may_see_runs: bool) -> Sentence:
    """Say which run computed the day, from what, and what has changed since."""
    aggregated = explanation.aggregated
    if not aggregated:
        return sentence("This day of the turbine was never aggregated.")
    by_whom = f", asked for by {aggregated.run.requested_by}," if may_see_runs else ""
    return sentence(
        link(f"Run {aggregated.run.pk}", addresses.of_run(aggregated.run.pk)),
        f"{by_whom} computed the day at {aggregated.aggregated_at:%Y-%m-%d %H:%M:%S} UTC,"
        f" from revision {aggregated.revision} of its measurements",
        _since_then(explanation, aggregated),
    )


def _since_then(explanation: Explanation, aggregated: AggregatedDay) -> str:
    if not explanation.version:
        return ", which the source no longer keeps."
    if not explanation.changes:
        rules = "valid ranges, rated power, companions"
        return f". These have not changed since, nor have the rules ({rules})."
    revision = explanation.version.revision
    is_other = revision != aggregated.revision
    now = f": they are at revision {revision} now" if is_other else ""
    return f". Since then its {explanation.changes} have changed{now}."
