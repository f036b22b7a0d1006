"""What is raised where a file cannot come in."""


class ImportRefused(Exception):
    """A file that cannot be imported as asked; the message is a sentence about where and why."""
