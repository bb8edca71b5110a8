"""The progress of a training, on a terminal or in a log."""

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn


def progress_bar(shown: bool) -> Progress:
    """A bar with room for a word on how it goes (``told``), or one that stays invisible."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        disable=not shown,
    )


def tell_epoch(bar: Progress, task: TaskID, words: str) -> None:
    """How it goes, beside the bar; in a log, which has no bar, as a line of its own."""
    bar.update(task, told=words)
    if not (bar.disable or bar.console.is_terminal):
        bar.console.print(words, highlight=False)
