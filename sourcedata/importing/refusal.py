"""What is raised where a file cannot come in."""

from common.refusals import Refusal


class ImportRefused(Refusal):
    """A file that cannot be imported as asked; the message is a sentence about where and why."""


class NoSuchTable(ImportRefused):
    """A file that has no table with the columns that are wanted, or none that can be read.

    `may_be_data` says whether it has some of them, or nothing at all, where data may have been, or
    is of a kind that data are sent in.
    """

    def __init__(self, message: str, *, may_be_data: bool) -> None:
        """Take the sentence, and whether data may be missed."""
        super().__init__(message)
        self.may_be_data = may_be_data
