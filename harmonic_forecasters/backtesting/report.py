"""The results of a run as files: a table, a leaderboard, and one HTML page that opens offline."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd
from plotly.offline import get_plotlyjs

from harmonic_forecasters.backtesting.figures import error_against_time, model_colors, task_forecasts
from harmonic_forecasters.backtesting.leaderboard import average_score, headline_scores, leaderboard
from harmonic_forecasters.backtesting.runner import stored_records
from harmonic_forecasters.backtesting.scores import is_lowest_best
from harmonic_forecasters.backtesting.store import jobs_table, results_table, write_whole
from harmonic_forecasters.backtesting.suite import ALL, Suite, parse_suite
from harmonic_forecasters.backtesting.task import Task

RECORD_FILE = "record.json"


def save_record(directory: Path, record: Mapping[str, Any]) -> None:
    """Keep the record of a run, from which :func:`write_reports` knows its suite."""
    write_whole(directory / RECORD_FILE, json.dumps(record, indent=2))


def write_reports(directory: Path) -> pd.DataFrame:
    """Write results.parquet, jobs.csv, leaderboard.csv and report.html from the jobs in a directory.

    Returns the leaderboard.
    Raises FileNotFoundError where the directory holds no run.
    """
    path = directory / RECORD_FILE
    if not path.is_file():
        raise FileNotFoundError(f"{directory} holds no run: {RECORD_FILE} is missing")
    run = json.loads(path.read_text(encoding="utf-8"))
    suite = parse_suite(run["suite"], run["suite_text"], run["trusted"], Path(run["suite_folder"]))
    records = stored_records(suite, directory)
    results, jobs = results_table(records), jobs_table(records)
    board = leaderboard(suite, results, jobs)
    write_whole(directory / "results.parquet", results.to_parquet(index=False))
    write_whole(directory / "jobs.csv", jobs.to_csv(index=False))
    write_whole(directory / "leaderboard.csv", board.to_csv(index=False, float_format="%.6g"))
    write_whole(directory / "report.html", render(suite, run, records, results, board))
    return board


def render(
    suite: Suite,
    run: Mapping[str, Any],
    records: Sequence[Mapping[str, Any]],
    results: pd.DataFrame,
    board: pd.DataFrame,
) -> str:
    """The HTML page, with plotly's script inside."""
    colors = model_colors([spec.name for spec in suite.models])
    scores = headline_scores(suite, results)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("harmonic_forecasters.backtesting"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = format_number
    environment.filters["fixed"] = lambda value: "-" if np.isnan(value) else f"{value:.2f}"
    environment.filters["percent"] = lambda value: "-" if np.isnan(value) else f"{100 * value:.0f} %"
    return environment.get_template("report.html").render(
        suite=suite,
        run=run,
        plotly_script=get_plotlyjs(),
        boards={
            group: {
                "rows": rows.to_dict("records"),
                "tasks": [t.name for t in suite.tasks if group in (t.group, ALL)],
                "figure": _html(error_against_time(rows, colors)),
            }
            for group, rows in board.groupby("group", sort=False)
        },
        tasks=[_task_section(task, records, results, scores.T[task.name], colors) for task in suite.tasks],
        failures=[record for record in records if record["status"] == "failed"],
        n_missing=len(suite.tasks) * len(suite.models) - len(records),
    )


def task_table(task: Task, results: pd.DataFrame) -> pd.DataFrame:
    """Averages over the windows of one task: models as rows, metrics as columns, the best headline first.

    The headline metric also gets its 99th percentile: noise-free errors are decided by the worst signal.
    """
    chosen = results[results["task"] == task.name]
    metrics = list(dict.fromkeys(chosen["metric"]))
    groups = chosen.groupby("model")
    table = pd.DataFrame(
        {
            metric: {
                model: average_score(rows.loc[rows["metric"] == metric, "value"].to_numpy(), metric, task)
                for model, rows in groups
            }
            for metric in metrics
        }
    )
    worst = chosen[chosen["metric"] == task.headline].groupby("model")["value"].quantile(0.99)
    position = metrics.index(task.headline) + 1 if task.headline in metrics else 0
    table.insert(position, f"{task.headline} 99 %", worst)
    return table.sort_values(task.headline, kind="stable") if task.headline in metrics else table


def format_number(value: Any) -> str:
    """Three digits, or a dash for no number.

    Examples
    --------
    >>> format_number(0.123456), format_number(1.2e-9), format_number(1234.0), format_number(float("nan"))
    ('0.123', '1.2e-09', '1234', '-')
    """
    if value is None or not np.isfinite(value):
        return "-"
    return f"{value:.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"


def _task_section(
    task: Task,
    records: Sequence[Mapping[str, Any]],
    results: pd.DataFrame,
    scores: pd.Series,
    colors: Mapping[str, str],
) -> dict[str, Any]:
    done = [record for record in records if record["task"] == task.name and record["status"] == "ok"]
    table = task_table(task, results)
    seconds = {r["model"]: (r["fit_seconds"], r["predict_seconds"]) for r in done}
    ranked = list(scores.sort_values(kind="stable").index)
    return {
        "task": task,
        "n_windows": len(results[results["task"] == task.name][["series", "origin"]].drop_duplicates()),
        "columns": list(table.columns),
        "best": {column: table[column].min() for column in table.columns if is_lowest_best(column)},
        "rows": [
            {"model": model, "values": row, "seconds": seconds[model]}
            for model, row in table.to_dict("index").items()
        ],
        "figure": _html(task_forecasts(done, ranked, colors)) if done else "",
    }


def _html(figure: Any) -> str:
    return figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False})
