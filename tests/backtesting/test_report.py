"""Reports: one page that opens offline and hides nothing."""

from __future__ import annotations

import html
import json
import re

import pandas as pd
import pytest

from harmonic_forecasters.backtesting.job import empty_record, run_job
from harmonic_forecasters.backtesting.record import run_record
from harmonic_forecasters.backtesting.report import format_number, save_record, task_table, write_reports
from harmonic_forecasters.backtesting.runner import jobs_to_do, stored_records
from harmonic_forecasters.backtesting.store import JobStore, results_table
from harmonic_forecasters.backtesting.suite import parse_suite

# Names that would break a page were they not escaped.
TRUSTED = ["spy_models", "light_models"]
SUITE = """
about: Tasks & models with "odd" names
tasks:
  - {name: "a <i>task</i>", dataset: nile, horizon: 4, origins: 2, seasonality: 1}
  - name: sums
    group: synthetic
    signals: {kind: harmonic_sums, n_signals: 4, length: 60, n_components: [2, 2], periods: [8, 9], noise: 1}
    horizon: 5
    metrics: [clean_rmse, mase]
    headline: clean_rmse
models:
  - naive
  - {name: "</script><script>alert(1)</script>", base: dft_trend, about: "<b>bold</b>"}
  - {name: failing, class: "light_models:Failing"}
"""


def run_into(directory, suite, *, stop_after=None):
    """Run a suite in this process; returns its records."""
    save_record(directory, run_record(suite))
    records = [run_job(task, spec, suite.seed) for task, spec in jobs_to_do(suite, directory, resume=True)]
    for record in records[:stop_after]:
        JobStore(directory).save(record)
    return records


@pytest.fixture(name="finished")
def finished_fixture(tmp_path):
    suite = parse_suite("odd", SUITE, TRUSTED)
    run_into(tmp_path, suite)
    board = write_reports(tmp_path)
    return suite, tmp_path, board, (tmp_path / "report.html").read_text()


def test_a_run_is_reported_in_four_files(finished):
    suite, directory, board, _ = finished
    results = pd.read_parquet(directory / "results.parquet")
    pd.testing.assert_frame_equal(results, results_table(stored_records(suite, directory)))
    assert len(results) > 0
    stored = pd.read_csv(directory / "leaderboard.csv")
    assert list(stored["model"]) == list(board["model"])
    assert set(stored["group"]) == {"real", "synthetic", "all"}
    jobs = pd.read_csv(directory / "jobs.csv")
    assert len(jobs) == 6
    assert list(jobs[jobs["status"] == "failed"]["model"]) == ["failing"] * 2


def test_the_page_needs_nothing_from_outside(finished):
    page = finished[3]
    # The script of plotly holds addresses of map servers, which it asks for maps alone: look at the tags.
    tags = re.findall(
        r"<(?:script|link|img|iframe|source)\b[^>]*>", re.sub(r"(?s)<script>.*?</script>", "", page)
    )
    assert not [tag for tag in tags if "http" in tag or "src=" in tag or "href=" in tag]
    assert not re.search(r"<script[^>]+src=", page)
    assert "@import" not in re.search(r"(?s)<style>.*?</style>", page)[0]
    # The page without the library: a figure for each of two tasks and three leaderboards.
    assert re.sub(r"(?s)<script>.*?</script>", "", page, count=1).count("Plotly.newPlot") == 5


def test_names_are_escaped_everywhere(finished):
    suite, _, _, page = finished
    assert "<script>alert(1)" not in page
    assert "<i>task</i>" not in page
    assert "<b>bold</b>" not in page
    assert "<b>spy</b>" not in page
    for name in (*(task.name for task in suite.tasks), *(spec.name for spec in suite.models)):
        assert html.escape(name) in page


def test_every_model_has_a_row_in_the_table_of_every_task_that_it_did(finished):
    suite, _, _, page = finished
    for number in (1, 2):
        section = re.search(rf'(?s)id="task-{number}".*?</table>', page)[0]
        rows = re.findall(r"<tr><td>(.*?)</td>", section)
        assert sorted(html.unescape(row) for row in rows) == sorted(s.name for s in suite.models[:2])


def test_a_failure_is_shown_with_its_traceback(finished):
    page = html.unescape(finished[3])
    assert "2 job(s) failed" in page
    assert "failing on sums: RuntimeError: the <b>spy</b> refuses to fit" in page
    assert "Traceback (most recent call last)" in page
    assert "light_models.py" in page


def test_the_record_says_what_ran_where(finished):
    suite, directory, _, page = finished
    record = json.loads((directory / "record.json").read_text())
    assert record["seed"] == suite.seed
    assert record["suite_text"] == SUITE
    assert {"commit", "python", "libraries", "processor", "cores", "memory_gb", "version"} <= set(record)
    for value in (record["python"], record["libraries"]["darts"], str(record["seed"]), record["processor"]):
        assert html.escape(value) in page


def test_the_same_jobs_give_the_same_results_and_leaderboard_again(finished):
    _, directory, board, _ = finished
    before = {name: (directory / name).read_bytes() for name in ("results.parquet", "leaderboard.csv")}
    pd.testing.assert_frame_equal(write_reports(directory), board)
    assert before == {name: (directory / name).read_bytes() for name in before}


@pytest.mark.parametrize("n_done", [0, 1, 4])
def test_an_unfinished_run_says_what_is_missing(tmp_path, n_done):
    suite = parse_suite("odd", SUITE, TRUSTED)
    run_into(tmp_path, suite, stop_after=n_done)
    board = write_reports(tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert f"{6 - n_done} job(s) of this suite have not run yet" in page
    assert len(pd.read_parquet(tmp_path / "results.parquet")["model"].unique()) == min(n_done, 2)
    assert set(board["model"]) == {spec.name for spec in suite.models}


def test_a_run_of_failures_alone_is_reported(tmp_path):
    suite = parse_suite(
        "all", f"{SUITE.split('models:')[0]}models: [{{name: f, class: 'light_models:Failing'}}]", TRUSTED
    )
    run_into(tmp_path, suite)
    board = write_reports(tmp_path)
    assert board["relative_error"].isna().all()
    assert "2 job(s) failed" in (tmp_path / "report.html").read_text()
    assert len(pd.read_parquet(tmp_path / "results.parquet")) == 0


def test_records_of_another_task_under_the_same_name_are_left_out(tmp_path):
    run_into(tmp_path, parse_suite("odd", SUITE, TRUSTED))
    changed = parse_suite("odd", SUITE.replace("horizon: 4", "horizon: 3"), TRUSTED)
    assert {record["task"] for record in stored_records(changed, tmp_path)} == {"sums"}


def test_a_directory_without_a_run_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no run"):
        write_reports(tmp_path)


def test_a_task_table_has_averages_and_the_99th_percentile_of_the_headline(finished):
    suite, directory, _, _ = finished
    results = results_table(stored_records(suite, directory))
    task = suite.tasks[1]
    table = task_table(task, results)
    assert list(table.columns[:3]) == ["clean_rmse", "clean_rmse 99 %", "mase"]
    assert table["clean_rmse"].is_monotonic_increasing
    naive = results[(results["task"] == "sums") & (results["model"] == "naive")]
    windows = naive[naive["metric"] == "clean_rmse"]["value"]
    assert len(windows) == 4
    assert table.loc["naive", "clean_rmse"] == pytest.approx(windows.mean())
    assert table.loc["naive", "clean_rmse 99 %"] == pytest.approx(windows.quantile(0.99))
    # Naive forecasts carry no quantiles: a dash, not a zero.
    assert pd.isna(table.loc["naive", "pinball"])
    assert task_table(suite.tasks[0], results)["rmse"].notna().all()


def test_numbers_have_three_digits():
    assert [format_number(x) for x in (0.0, 12345.6, 1e7, None, float("inf"))] == [
        "0",
        "12346",
        "1e+07",
        "-",
        "-",
    ]


def test_a_job_that_died_has_no_traceback_and_is_shown(tmp_path):
    suite = parse_suite("odd", SUITE, TRUSTED)
    save_record(tmp_path, run_record(suite))
    dead = empty_record(suite.tasks[0], suite.models[0], suite.seed)
    JobStore(tmp_path).save(dead | {"status": "failed", "error": "the process ended"})
    write_reports(tmp_path)
    assert "the process ended" in (tmp_path / "report.html").read_text()
