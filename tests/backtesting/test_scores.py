"""Scores against their formulas, written out slowly, and against published figures."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest

from harmonic_forecasters import datasets
from harmonic_forecasters.backtesting.job import run_job
from harmonic_forecasters.backtesting.models import model_spec
from harmonic_forecasters.backtesting.scores import METRICS, Metric, quantile_column, score_windows
from harmonic_forecasters.backtesting.task import Task

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
HORIZON, PAST, SEASON = 6, 25, 4


def one_window(seed: int, window: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=HORIZON) + 3.0
    bounds = np.sort(rng.normal(size=(len(LEVELS), HORIZON)) * 2 + 3.0, axis=0)
    ahead = {
        "window": window,
        "step": np.arange(HORIZON),
        "y": truth,
        "clean": truth + 0.1,
        "mean": truth + rng.normal(size=HORIZON),
    }
    ahead |= {quantile_column(level): bounds[i] for i, level in enumerate(LEVELS)}
    past = {"window": window, "step": np.arange(PAST), "y": rng.normal(size=PAST) + 3.0}
    return pd.DataFrame(ahead), pd.DataFrame(past)


def scored(ahead, past, metrics=tuple(METRICS), levels=LEVELS) -> pd.Series:
    """Values over (window, metric)."""
    table = score_windows(ahead, past, metrics=metrics, quantiles=levels, seasonality=SEASON)
    return table.set_index(["window", "metric"])["value"]


def by_hand(ahead: pd.DataFrame, past: pd.DataFrame) -> dict[str, float]:
    """Every score of one window; steps and lags whose truth is missing do not count."""
    history = past["y"].tolist()
    lags = [b - a for a, b in zip(history, history[SEASON:], strict=False)]
    lags = [lag for lag in lags if not np.isnan(lag)]
    rows = [row for row in ahead.to_dict("records") if not np.isnan(row["y"])]
    errors = [row["mean"] - row["y"] for row in rows]
    clean = [row["mean"] - row["clean"] for row in ahead.to_dict("records")]
    mae = sum(abs(e) for e in errors) / len(errors)
    mse = sum(e * e for e in errors) / len(errors)
    clean_mse = sum(e * e for e in clean) / len(clean)
    expected = {
        "mae": mae,
        "mse": mse,
        "rmse": mse**0.5,
        "mase": mae / (sum(abs(lag) for lag in lags) / len(lags)),
        "rmsse": (mse / (sum(lag * lag for lag in lags) / len(lags))) ** 0.5,
        "smape": sum(abs(r["mean"] - r["y"]) / (abs(r["mean"]) + abs(r["y"])) for r in rows) / len(rows),
        "clean_mae": sum(abs(e) for e in clean) / len(clean),
        "clean_mse": clean_mse,
        "clean_rmse": clean_mse**0.5,
    }
    losses = []
    for row in rows:
        for level in LEVELS:
            excess = row["y"] - row[quantile_column(level)]
            losses.append(level * excess if excess >= 0 else (level - 1) * excess)
    expected["pinball"] = sum(losses) / len(losses)
    for nominal, low, high in ((95, "q0.025", "q0.975"), (80, "q0.1", "q0.9")):
        inside = [row[low] <= row["y"] <= row[high] for row in rows]
        expected[f"coverage_{nominal}"] = sum(inside) / len(inside)
        # M4's formula, and the width alone.
        alpha = 1 - nominal / 100
        widths = [row[high] - row[low] for row in rows]
        outside = [max(row[low] - row["y"], row["y"] - row[high], 0) for row in rows]
        interval_score = sum(w + 2 / alpha * o for w, o in zip(widths, outside, strict=True)) / len(rows)
        expected[f"msis_{nominal}"] = interval_score / (sum(abs(lag) for lag in lags) / len(lags))
        expected[f"width_{nominal}"] = sum(widths) / len(widths)
        inside = [row[low] <= row["clean"] <= row[high] for row in ahead.to_dict("records")]
        expected[f"clean_coverage_{nominal}"] = sum(inside) / len(inside)
    return expected


def assert_scores(got: pd.Series, expected: dict[str, float]) -> None:
    assert set(got.index) == set(expected)
    for metric, value in expected.items():
        assert got[metric] == pytest.approx(value, rel=1e-12), metric


@pytest.mark.parametrize("seed", range(5))
def test_every_score_follows_its_formula(seed):
    ahead, past = one_window(seed)
    assert_scores(scored(ahead, past)[0], by_hand(ahead, past))


def test_windows_are_scored_one_by_one():
    windows = [one_window(seed, seed) for seed in range(3)]
    together = scored(*(pd.concat(parts, ignore_index=True) for parts in zip(*windows, strict=True)))
    for seed in range(3):
        assert_scores(together[seed], by_hand(*windows[seed]))


def test_missing_truths_do_not_count():
    ahead, past = one_window(0)
    ahead.loc[[1, 4], "y"] = np.nan
    past.loc[[3, 20], "y"] = np.nan
    assert_scores(scored(ahead, past)[0], by_hand(ahead, past))


def test_a_window_without_any_truth_has_no_value():
    windows = [one_window(seed, seed) for seed in range(2)]
    ahead, past = (pd.concat(parts, ignore_index=True) for parts in zip(*windows, strict=True))
    ahead.loc[ahead["window"] == 1, "y"] = np.nan
    got = scored(ahead, past)
    assert np.isnan(got[1, "mae"])
    assert got[0, "mae"] == pytest.approx(by_hand(*windows[0])["mae"])


def test_a_constant_history_has_no_scale():
    ahead, past = one_window(0)
    past["y"] = 2.0
    got = scored(ahead, past)[0]
    assert not np.isfinite(got["mase"])
    assert not np.isfinite(got["rmsse"])
    assert got["mae"] == pytest.approx(by_hand(*one_window(0))["mae"])


def test_clean_scores_need_a_clean_signal_and_quantile_scores_need_quantiles():
    ahead, past = one_window(0)
    unknown = scored(ahead.assign(clean=np.nan), past)[0]
    assert set(unknown.index) == {m for m in by_hand(ahead, past) if not m.startswith("clean_")}
    points = scored(ahead[["window", "step", "y", "clean", "mean"]], past)[0]
    assert set(points.index) == {name for name, one in METRICS.items() if one.needs == "mean"}


def test_metrics_are_those_asked_for():
    ahead, past = one_window(0)
    assert set(scored(ahead, past, metrics=("mae",), levels=())[0].index) == {"mae"}
    always = {"pinball", "coverage_95", "coverage_80", "clean_coverage_95", "clean_coverage_80"}
    assert set(scored(ahead, past, metrics=("mae",))[0].index) == {"mae"} | always
    assert set(scored(ahead, past, metrics=("width",))[0].index) == {"width_95", "width_80"} | always


def test_a_new_metric_is_one_entry(monkeypatch):
    def largest(windows):
        table = windows.forecasts
        return (table["mean"] - table[windows.truth]).abs().groupby(table["window"]).max()

    monkeypatch.setitem(METRICS, "largest", Metric(about="largest error", score=largest))
    task = Task(name="t", dataset="nile", horizon=5, metrics=["largest"], headline="largest")
    (score,) = run_job(task, model_spec("naive"), 0)["scores"]
    forecast = datasets.load("nile").iloc[-6]
    assert score["metric"] == "largest"
    assert score["value"] == pytest.approx((datasets.load("nile").iloc[-5:] - forecast).abs().max())


# The figures of Makridakis, Spiliotis, Assimakopoulos (2020) for the method sNaive.
@pytest.mark.skipif(not os.environ.get("HARMONIC_FORECASTERS_DATA"), reason="needs the M4 files")
@pytest.mark.parametrize(
    ("name", "horizon", "seasonality", "smape", "mase"),
    [("m4_hourly", 48, 24, 13.912, 1.193), ("m4_weekly", 13, 1, 9.161, 2.777)],
)
def test_seasonal_naive_has_its_published_scores_on_m4(name, horizon, seasonality, smape, mase):
    task = Task(name=name, dataset=name, horizon=horizon, seasonality=seasonality, metrics=["smape", "mase"])
    record = run_job(task, model_spec("seasonal_naive"), 0)
    assert record["error"] is None
    means = pd.DataFrame(record["scores"]).groupby("metric")["value"].mean()
    # The competition's sMAPE is in per cent and twice as large.
    assert round(200 * means["smape"], 3) == smape
    assert round(means["mase"], 3) == mase
