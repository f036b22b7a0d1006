"""What cannot be done as things are."""


class Refusal(Exception):
    """Something that cannot be done; the message is a sentence that tells an operator why."""
