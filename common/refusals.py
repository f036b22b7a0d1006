"""What cannot be done as things are."""


class Refusal(Exception):
    """Something that cannot be done; the message is a sentence that tells an operator why."""


class NotTaken(Refusal):
    """A table that does not take what it is told, for somebody gave it a trigger or a rule."""


def refuse_left_out(table: str, taken: int, sent: int) -> None:
    """Refuse that a table took other rows than those that it was sent.

    Raises:
        NotTaken: saying how many it took.
    """
    if taken != sent:
        raise NotTaken(
            f"The table {table} took {taken:,} of {sent:,} rows: a trigger or a rule of somebody"
            " leaves some out."
        )
