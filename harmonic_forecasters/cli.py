"""The command ``harmonic-forecasters``: run a benchmark suite, write its reports, list what there is."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from typing import Annotated, Any

try:
    import typer
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Column, Table

    from harmonic_forecasters import __version__, datasets
    from harmonic_forecasters.backtesting.duration import Remaining, costly_first, in_words
    from harmonic_forecasters.backtesting.models import known_models
    from harmonic_forecasters.backtesting.record import run_record
    from harmonic_forecasters.backtesting.report import format_number, save_record, write_reports
    from harmonic_forecasters.backtesting.runner import Job, Record, jobs_to_do, run_jobs
    from harmonic_forecasters.backtesting.suite import load_suite, suite_names
except ModuleNotFoundError as error:
    sys.exit(
        f"harmonic-forecasters needs {error.name}, which is not installed: "
        "pip install 'harmonic-forecasters[benchmark]'"
    )

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
listing = typer.Typer(no_args_is_help=True, help="List what suites may name.")
app.add_typer(listing, name="list")
console = Console()


def _print_version(asked: bool) -> None:
    if asked:
        print(f"harmonic-forecasters {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Run a benchmark suite, write its reports, list what there is.

    Example: harmonic-forecasters benchmark quick --output results --jobs 2
    """


@app.command()
def benchmark(
    suite: Annotated[str, typer.Argument(help="A suite by name, or the path of a YAML file.")],
    output: Annotated[Path, typer.Option(help="Directory for jobs, results, leaderboard and report.")],
    jobs: Annotated[int, typer.Option(min=1, help="Processes at a time.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Keep the jobs that are done.")] = False,
    isolate: Annotated[
        bool, typer.Option("--isolate", help="Run each job in its own process and measure its peak memory.")
    ] = False,
    trust: Annotated[
        list[str] | None,
        typer.Option(
            help="A package whose forecasters the suite may name, beside darts and sktime. Repeatable."
        ),
    ] = None,
    check_lookahead: Annotated[
        bool, typer.Option("--check-lookahead", help="Fail models whose forecasts see the future.")
    ] = False,
) -> None:
    """Run every model of SUITE on every task, and write the reports.

    Example: harmonic-forecasters benchmark my.yaml --output results --jobs 2 --resume
    """
    with _one_line_errors(ValueError, OSError):
        chosen = load_suite(suite, trust or ())
        for spec in chosen.models:
            spec.load_class()
        to_do = costly_first(jobs_to_do(chosen, output, resume=resume, lookahead=check_lookahead))
        save_record(output, run_record(chosen))
    remaining = Remaining(to_do, jobs)
    n_kept = len(chosen.tasks) * len(chosen.models) - len(to_do)
    kept = f" ({n_kept} are done already)" if n_kept else ""
    console.print(f"{len(to_do)} jobs to run{kept}, {in_words(remaining.seconds())} on {jobs} core(s).")
    try:
        with _SuiteProgress(len(to_do), remaining) as progress:
            run_jobs(
                to_do,
                chosen.seed,
                output,
                n_jobs=jobs,
                isolate=isolate,
                lookahead=check_lookahead,
                on_start=progress.start,
                on_done=progress.done,
            )
    except KeyboardInterrupt:
        # Python waits for its workers before it ends, and they for the end of their jobs.
        for worker in multiprocessing.active_children():
            worker.terminate()
        console.print(
            "Interrupted. Jobs that are done are kept: the same command with --resume goes on.",
            soft_wrap=True,
        )
        raise typer.Exit(130) from None
    _print_reports(output)


@app.command()
def report(directory: Annotated[Path, typer.Argument(help="The output of a benchmark.")]) -> None:
    """Write the reports of a run again, finished or not."""
    with _one_line_errors(ValueError, OSError):
        _print_reports(directory)


@listing.command()
def models() -> None:
    """Models that suites know by name; any package.module:Class works too."""
    table = Table(_name_column(), "class", "what it is")
    for name, spec in known_models().items():
        table.add_row(name, spec.class_path, spec.about)
    console.print(table)


@listing.command(name="datasets")
def list_datasets() -> None:
    """Real series."""
    table = Table(_name_column(), "title", "frequency", "season", "source", "licence")
    for name in datasets.list_datasets():
        one = datasets.get_dataset(name)
        table.add_row(name, one.title, one.frequency or "-", str(one.seasonality), one.source, one.licence)
    console.print(table)


@listing.command()
def suites() -> None:
    """Suites inside the package; a path ending in .yaml works too."""
    table = Table(_name_column(), "tasks", "models", "about")
    for name in suite_names():
        one = load_suite(name)
        table.add_row(name, str(len(one.tasks)), str(len(one.models)), one.about)
    console.print(table)


def main() -> None:
    """Run the command."""
    app()


@contextmanager
def _one_line_errors(*kinds: type[Exception]) -> Iterator[None]:
    """End the command with one line, not a traceback, where an input breaks a rule."""
    try:
        yield
    except kinds as error:
        Console(stderr=True).print(
            f"error: {error}", style="red", markup=False, highlight=False, soft_wrap=True
        )
        raise typer.Exit(2) from error


class _SuiteProgress:
    """A bar that shows what runs and what remains; one line per job if the output is not a terminal."""

    def __init__(self, total: int, remaining: Remaining) -> None:
        self._running: list[str] = []
        self._remaining = remaining
        self._progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=console,
        )
        self._bar = self._progress.add_task("starting", total=total)
        self._total, self._n_done = total, 0

    def __enter__(self) -> _SuiteProgress:
        if console.is_terminal:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def start(self, job: Job) -> None:
        if _job_name(job) not in self._running:
            self._running.append(_job_name(job))
        self._show()

    def done(self, job: Job, record: Record) -> None:
        self._running.remove(_job_name(job))
        self._n_done += 1
        seconds = (record["fit_seconds"] or 0.0) + (record["predict_seconds"] or 0.0)
        if record["status"] == "ok":
            self._remaining.done(job, seconds)
        if record["status"] == "failed":
            console.print(f"failed: {_job_name(job)}: {record['error']}", markup=False, soft_wrap=True)
        elif not console.is_terminal:
            left = in_words(self._remaining.seconds())
            console.print(
                f"{self._n_done}/{self._total} {_job_name(job)} {seconds:.1f} s, {left} left",
                markup=False,
                soft_wrap=True,
            )
        self._show()

    def _show(self) -> None:
        left = in_words(self._remaining.seconds())
        running = f"{left} left: {', '.join(self._running)}"
        self._progress.update(self._bar, completed=self._n_done, description=running)


def _job_name(job: Job) -> str:
    task, spec = job
    return f"{spec.name} on {task.name}"


def _print_reports(directory: Path) -> None:
    board = write_reports(directory)
    for group, rows in board.groupby("group", sort=False):
        headings = ("rank", "win rate", "relative error", "failed", "not run", "seconds")
        table = Table(_name_column(), *headings, title=str(group))
        for row in rows.to_dict("records"):
            table.add_row(*_cells(row))
        console.print(table)
    page = (directory / "report.html").resolve()
    console.print(f"Report: {page}\nOpen it in a browser: {page.as_uri()}", soft_wrap=True, highlight=False)


def _name_column() -> Column:
    # Narrow terminals wrap the other columns: a name is what a suite must spell.
    return Column("name", no_wrap=True)


def _cells(row: Mapping[Any, Any]) -> tuple[str, ...]:
    low, high = row["relative_error_low"], row["relative_error_high"]
    interval = "" if isnan(low) else f" ({format_number(low)}..{format_number(high)})"
    return (
        row["model"],
        "-" if isnan(row["mean_rank"]) else f"{row['mean_rank']:.2f}",
        "-" if isnan(row["win_rate"]) else f"{100 * row['win_rate']:.0f} %",
        f"{format_number(row['relative_error'])}{interval}",
        str(row["failures"]),
        str(row["not_run"]),
        format_number(row["seconds"]),
    )
