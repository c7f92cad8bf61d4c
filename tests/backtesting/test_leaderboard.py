"""Leaderboards against ranks and ratios worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from harmonic_forecasters.backtesting.leaderboard import average_score, headline_scores, leaderboard
from harmonic_forecasters.backtesting.suite import parse_suite
from harmonic_forecasters.backtesting.task import Task


def suite_of(groups: list[str], models: list[str], **options):
    lines = [f"  - {{name: t{i}, dataset: nile, horizon: 5, group: {g}}}" for i, g in enumerate(groups)]
    return parse_suite("s", "tasks:\n" + "\n".join(lines) + f"\nmodels: [{', '.join(models)}]")


def board_of(suite, scores: list[list[float | None]], seconds: float = 1.0) -> pd.DataFrame:
    """The leaderboard where scores[task][model] is the headline metric in each of two windows.

    None is a failure, "-" a job that has not run.
    """
    results, jobs = [], []
    for task, row in zip(suite.tasks, scores, strict=True):
        for spec, score in zip(suite.models, row, strict=True):
            if score == "-":
                continue
            failed = score is None
            jobs.append((task.name, spec.name, *((None, None) if failed else (seconds, 2 * seconds))))
            if not failed:
                # The window average is the score; the other metric must not matter.
                for origin, value in ((90, 0.5 * score), (95, 1.5 * score)):
                    results.append((task.name, spec.name, "nile", origin, "mase", value))
                    results.append((task.name, spec.name, "nile", origin, "rmse", -value))
    return leaderboard(
        suite,
        pd.DataFrame(results, columns=["task", "model", "series", "origin", "metric", "value"]),
        pd.DataFrame(jobs, columns=["task", "model", "fit_seconds", "predict_seconds"]),
    )


def column(board: pd.DataFrame, name: str, group: str = "a") -> dict[str, float]:
    return board[board["group"] == group].set_index("model")[name].to_dict()


THREE = ["naive", "drift", "dft"]


def test_ranks_wins_and_ratios_of_two_tasks():
    board = board_of(suite_of(["a", "a"], THREE), [[1.0, 2.0, 4.0], [4.0, 1.0, 2.0]])
    assert column(board, "mean_rank") == {"naive": 2.0, "drift": 1.5, "dft": 2.5}
    assert column(board, "win_rate") == {"naive": 0.5, "drift": 0.75, "dft": 0.25}
    # Ratios to naive: drift 2 and 1/4, dft 4 and 1/2.
    expected = {"naive": 1.0, "drift": 0.5**0.5, "dft": 2.0**0.5}
    assert column(board, "relative_error") == pytest.approx(expected)
    assert list(board["model"]) == ["drift", "naive", "dft"]
    assert list(board["failures"]) == [0, 0, 0]
    assert column(board, "seconds") == {"naive": 6.0, "drift": 6.0, "dft": 6.0}
    low, high = column(board, "relative_error_low"), column(board, "relative_error_high")
    # With two tasks, a quarter of the draws holds one of them alone.
    assert (low["drift"], high["drift"]) == pytest.approx((0.25, 2.0))
    assert (low["naive"], high["naive"]) == (1.0, 1.0)


def test_ties_share_ranks_and_wins():
    board = board_of(suite_of(["a"], THREE), [[1.0, 1.0, 2.0]])
    assert column(board, "mean_rank") == {"naive": 1.5, "drift": 1.5, "dft": 3.0}
    assert column(board, "win_rate") == {"naive": 0.75, "drift": 0.75, "dft": 0.0}


def test_a_failure_ranks_last_and_counts_as_the_reference():
    board = board_of(suite_of(["a", "a"], THREE), [[1.0, 2.0, None], [1.0, 2.0, 0.25]])
    assert column(board, "mean_rank") == {"naive": 1.5, "drift": 2.5, "dft": 2.0}
    assert column(board, "failures") == {"naive": 0, "drift": 0, "dft": 1}
    assert column(board, "relative_error")["dft"] == pytest.approx((1.0 * 0.25) ** 0.5)
    assert column(board, "seconds")["dft"] == 3.0


def test_a_model_that_failed_everywhere_has_no_ratio():
    board = board_of(suite_of(["a", "a"], THREE), [[1.0, 2.0, None], [1.0, 3.0, None]])
    for name in ("relative_error", "relative_error_low", "relative_error_high", "seconds"):
        assert np.isnan(column(board, name)["dft"])
    assert list(board["model"])[-1] == "dft"
    assert column(board, "win_rate")["dft"] == 0.0


def test_jobs_that_have_not_run_are_left_out():
    suite = suite_of(["a", "a", "a"], THREE)
    board = board_of(suite, [[1.0, 2.0, 4.0], [2.0, 1.0, "-"], ["-", 3.0, None]])
    assert column(board, "not_run") == {"naive": 1, "drift": 0, "dft": 1}
    assert column(board, "failures") == {"naive": 0, "drift": 0, "dft": 1}
    assert column(board, "mean_rank") == pytest.approx({"naive": 1.5, "drift": 4 / 3, "dft": 2.5})
    # drift wins one and loses one against naive, and wins two against dft, one of them by its failure.
    assert column(board, "win_rate") == pytest.approx({"naive": 2 / 3, "drift": 3 / 4, "dft": 0.0})
    # Ratios to naive exist on the tasks that naive has run.
    expected = {"naive": 1.0, "drift": (2.0 * 0.5) ** 0.5, "dft": 4.0}
    assert column(board, "relative_error") == pytest.approx(expected)


def test_what_has_run_does_not_change_when_the_rest_is_missing():
    whole = board_of(suite_of(["a", "a"], THREE), [[1.0, 2.0, 4.0], [4.0, 1.0, 2.0]])
    part = board_of(suite_of(["a", "a", "a"], THREE), [[1.0, 2.0, 4.0], [4.0, 1.0, 2.0], ["-"] * 3])
    pd.testing.assert_frame_equal(whole.drop(columns="not_run"), part.drop(columns="not_run"))
    assert (part["not_run"] == 1).all()


def test_a_model_that_has_not_run_at_all_has_no_figures():
    board = board_of(suite_of(["a", "a"], THREE), [[1.0, 2.0, "-"], [1.0, 3.0, "-"]])
    for name in ("mean_rank", "win_rate", "relative_error", "relative_error_low", "seconds"):
        assert np.isnan(column(board, name)["dft"])
    assert column(board, "failures")["dft"] == 0
    assert list(board["model"])[-1] == "dft"


def test_ratios_are_clipped():
    board = board_of(suite_of(["a"], THREE), [[1.0, 1e-9, 1e9]])
    assert column(board, "relative_error") == pytest.approx({"naive": 1.0, "drift": 0.01, "dft": 100.0})


def test_a_reference_of_error_zero_is_a_ratio_like_others():
    board = board_of(suite_of(["a"], THREE), [[0.0, 0.0, 1.0]])
    assert column(board, "relative_error") == pytest.approx({"naive": 1.0, "drift": 1.0, "dft": 100.0})


def test_one_task_has_no_interval():
    board = board_of(suite_of(["a"], THREE), [[1.0, 2.0, 3.0]])
    assert board[["relative_error_low", "relative_error_high"]].isna().all(axis=None)


def test_the_interval_encloses_the_ratio_and_narrows_with_tasks():
    rng = np.random.default_rng(0)
    ratios = np.exp(rng.normal(size=40))
    few, many = (
        board_of(suite_of(["a"] * n, ["naive", "drift"]), [[1.0, r] for r in ratios[:n]]) for n in (8, 40)
    )
    widths = []
    for board in (few, many):
        low, middle, high = (
            column(board, name)["drift"]
            for name in ("relative_error_low", "relative_error", "relative_error_high")
        )
        assert low < middle < high
        widths.append(np.log(high / low))
    assert widths[1] < widths[0]
    # A mean of 40 standard normal numbers: about 4 / sqrt(40) wide.
    assert widths[1] == pytest.approx(4 / 40**0.5, rel=0.4)


def test_groups_have_a_board_each_and_one_over_all():
    board = board_of(suite_of(["a", "b", "a"], ["naive", "drift"]), [[1, 2], [2, 1], [1, 4]])
    assert list(board["group"].unique()) == ["a", "b", "all"]
    assert column(board, "mean_rank", "a") == {"naive": 1.0, "drift": 2.0}
    assert column(board, "mean_rank", "b") == {"naive": 2.0, "drift": 1.0}
    assert column(board, "mean_rank", "all") == pytest.approx({"naive": 4 / 3, "drift": 5 / 3})
    assert column(board, "seconds", "b") == {"naive": 3.0, "drift": 3.0}


def test_averages_are_the_task_s():
    mean = Task(name="t", dataset="nile", horizon=5)
    geometric = Task(name="t", dataset="nile", horizon=5, average="geometric mean")
    values = np.array([1.0, np.nan, 4.0, np.inf])
    assert average_score(values, "mae", mean) == 2.5
    assert average_score(values, "mae", geometric) == pytest.approx(2.0)
    assert np.isnan(average_score(np.array([np.nan]), "mae", mean))
    # An exact zero wins, yet leaves the others in view.
    assert 0 < average_score(np.array([0.0, 1.0]), "mae", geometric) < 1e-150
    # A share is no ratio: its geometric mean would be zero for a single window without cover.
    assert average_score(np.array([0.0, 1.0]), "clean_coverage_80", geometric) == 0.5


def test_headline_scores_are_a_table_of_tasks_and_models():
    suite = suite_of(["a", "a"], ["naive", "drift"])
    results = pd.DataFrame(
        [("t1", "drift", "nile", 95, "mase", 3.0)],
        columns=["task", "model", "series", "origin", "metric", "value"],
    )
    expected = pd.DataFrame({"naive": [np.nan] * 2, "drift": [np.nan, 3.0]}, index=["t0", "t1"])
    pd.testing.assert_frame_equal(headline_scores(suite, results), expected)
