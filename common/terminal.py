"""Output of commands: tables, and progress bars where somebody looks."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.console import Console, RenderableType
from rich.progress import track as rich_track

# A pipe has no width of its own.
WIDTH_WHEN_PIPED = 100

Step = TypeVar("Step")


def progress_console() -> Console:
    """Return where progress is shown: not on the standard output, which may be a file."""
    return Console(stderr=True)


def track(steps: Sequence[Step], description: str) -> Iterable[Step]:
    """Yield the steps, with a progress bar over them on a terminal."""
    console = progress_console()
    return rich_track(
        steps, description, console=console, transient=True, disable=not console.is_terminal
    )


def rendered(table: RenderableType, width_when_piped: int = WIDTH_WHEN_PIPED) -> str:
    """Return tables and what stands among them as text, in colour and as wide as the terminal."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=width_when_piped)
    with console.capture() as capture:
        console.print(table, crop=False)
    return capture.get()
