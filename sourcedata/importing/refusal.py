"""What is raised where a file cannot come in."""

from common.refusals import Refusal


class ImportRefused(Refusal):
    """A file that cannot be imported as asked; the message is a sentence about where and why."""


class NoSuchTable(ImportRefused):
    """A file that can be read, and has no table with the columns that are wanted."""
