"""The DFT through the sktime door: what sktime's suite, which looks at shapes, leaves open."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats import t as student_t
from sktime.base import load
from sktime.forecasting.base import ForecastingHorizon
from sktime.split import SlidingWindowSplitter

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.sktime import DFTForecaster, HarmonicForecaster
from harmonic_forecasters.spectral.methods.dft import fit_dft

SETTINGS = [
    {},
    {"window_length": 40},
    {"window": "hamming", "n_components": 3, "trend": "linear"},
    {"window_length": 31, "window": ("kaiser", 5.0), "trend": None},
    {"window": ("dpss", 4.0)},  # a taper that short windows cannot have
]
INDICES = {
    "range": pd.RangeIndex(60),
    "shifted range": pd.RangeIndex(100, 160),
    "days": pd.date_range("2024-01-30", periods=60, freq="D"),
    "hours across the change to summer time": pd.date_range(
        "2024-03-30", periods=60, freq="h", tz="Europe/Berlin"
    ),
    "days across the change to summer time": pd.date_range(
        "2024-03-01", periods=60, freq="D", tz="Europe/Berlin"
    ),
    "month ends": pd.date_range("2020-01-31", periods=60, freq="ME"),
    "business days": pd.date_range("2024-01-01", periods=60, freq="B"),
    "Mondays, frequency not set": pd.DatetimeIndex(pd.date_range("2024", periods=60, freq="W-MON").values),
    "months": pd.period_range("2020-01", periods=60, freq="M"),
    "two months": pd.period_range("2020-01", periods=60, freq="2M"),
    "quarter hours": pd.period_range("2020-01-01", periods=60, freq="15min"),
}
STEPS = [-70, -45, -10, 0, 1, 2, 5, 80]


def two_columns(index=60, seed=0):
    index = pd.RangeIndex(index) if isinstance(index, int) else index
    values = np.random.default_rng(seed).normal(size=(len(index), 2)).cumsum(axis=0)
    return pd.DataFrame(values, index=index, columns=["level", "flow"])


def core(y, fh, *, window_length=None, **options):
    """The core's forecasts at steps relative to the last sample, (n_steps, n_columns)."""
    n_samples = window_length or len(y)
    return (
        fit_dft(np.ascontiguousarray(y.to_numpy().T)[:, -n_samples:], **options)
        .evaluate(np.array(fh) + n_samples - 1)
        .T
    )


@pytest.mark.parametrize("options", SETTINGS)
@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_numbers_are_those_of_the_core_on_every_index(index, options):
    y = two_columns(index)
    forecast = DFTForecaster(**options).fit(y).predict(fh=STEPS)
    np.testing.assert_array_equal(forecast.to_numpy(), core(y, STEPS, **options))
    assert list(forecast.columns) == ["level", "flow"]


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_absolute_horizon_equals_relative_and_residuals_of_everything_kept_are_zero(index):
    y = two_columns(index)
    forecaster = DFTForecaster().fit(y.iloc[:50])
    relative = forecaster.predict(fh=[-9, 1, 2, 3])
    labels = index[[40, 50, 51, 52]]
    absolute = forecaster.predict(fh=ForecastingHorizon(labels, is_relative=False))
    np.testing.assert_array_equal(absolute.to_numpy(), relative.to_numpy())
    assert list(absolute.index) == list(labels)
    np.testing.assert_allclose(forecaster.predict_residuals(y.iloc[:50]), 0.0, atol=1e-12)


def test_integer_index_counts_labels_whatever_its_step():
    y = two_columns()
    stepped = y.set_axis(pd.Index(np.arange(7, 7 + 5 * 60, 5)))
    forecaster = DFTForecaster(window_length=48).fit(stepped)
    forecast = forecaster.predict(fh=[-20, 5, 10])
    np.testing.assert_array_equal(forecast.to_numpy(), core(y, [-4, 1, 2], window_length=48))
    assert list(forecast.index) == [302 - 20, 302 + 5, 302 + 10]
    with pytest.raises(ValueError, match=r"whole steps of 5 from 7, got 303"):
        forecaster.predict(fh=[1, 5])


def test_multivariate_equals_column_by_column():
    y = two_columns()
    together = DFTForecaster(n_components=4).fit(y)
    for name in y:
        alone = DFTForecaster(n_components=4).fit(y[name])
        pd.testing.assert_series_equal(together.predict([1, 7])[name], alone.predict([1, 7]))
        np.testing.assert_array_equal(
            together.predict_interval([1, 7])[name].to_numpy(), alone.predict_interval([1, 7]).to_numpy()
        )


def test_panel_and_hierarchy_equal_series_by_series():
    parts = {
        (region, town): two_columns(pd.period_range("2020-01", periods=40 + 5 * town, freq="M"), seed=town)
        for region in "ab"
        for town in range(2)
    }
    hierarchy = pd.concat(parts, names=["region", "town", "time"])
    forecaster = DFTForecaster(window_length=24).fit(hierarchy)
    forecast, variance = forecaster.predict(fh=[1, 4]), forecaster.predict_var(fh=[1, 4])
    for key, part in parts.items():
        alone = DFTForecaster(window_length=24).fit(part)
        np.testing.assert_array_equal(forecast.loc[key], alone.predict(fh=[1, 4]))
        np.testing.assert_array_equal(variance.loc[key], alone.predict_var(fh=[1, 4]))
    panel = hierarchy.loc["a"]
    np.testing.assert_array_equal(
        DFTForecaster(window_length=24).fit_predict(panel, fh=[1, 4]), forecast.loc["a"]
    )


def test_whole_cycles_are_continued():
    t = np.arange(96)
    clean = 3.0 + np.cos(2 * np.pi * t / 24 + 0.5) + 0.2 * np.sin(2 * np.pi * t / 8)
    forecaster = DFTForecaster(window_length=48).fit(pd.Series(clean[:72], name="load"))
    forecast = forecaster.predict(fh=np.arange(1, 25))
    np.testing.assert_allclose(forecast, clean[72:], atol=1e-12)
    assert forecast.name == "load"


def test_spectrum_is_a_table_and_a_fitted_parameter():
    t = np.arange(48)
    y = pd.DataFrame(
        {"a": 5 + 2 * np.cos(2 * np.pi * t / 12 + 0.3), "b": 3 * np.cos(np.pi * t), "c": np.ones(48)}
    )
    forecaster = DFTForecaster(n_components=1).fit(y)
    table = forecaster.get_fitted_params()["spectrum"]
    pd.testing.assert_frame_equal(table, forecaster.spectrum_)
    assert list(table.columns) == ["component", "frequency", "period", "amplitude", "phase"]
    assert list(table.component[:2]) == ["a", "b"]
    np.testing.assert_allclose(
        table.iloc[:2, 1:].astype(float), [[1 / 12, 12, 2, 0.3], [0.5, 2, 3, 0]], atol=1e-12
    )
    assert (table.amplitude[2:] < 1e-12).all()


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_update_with_parameters_equals_a_fit_to_all(index):
    y = two_columns(index)
    updated = DFTForecaster(window_length=30, trend="linear").fit(y.iloc[:50])
    for row in range(50, 60):  # one by one: a single date shows no frequency
        updated.update(y.iloc[[row]], update_params=True)
    fresh = DFTForecaster(window_length=30, trend="linear").fit(y)
    pd.testing.assert_frame_equal(updated.predict(fh=[-3, 1, 9]), fresh.predict(fh=[-3, 1, 9]))
    pd.testing.assert_frame_equal(updated.predict_var(fh=[1]), fresh.predict_var(fh=[1]))
    pd.testing.assert_frame_equal(updated.spectrum_, fresh.spectrum_)


def test_update_without_parameters_keeps_the_model_and_moves_the_cutoff():
    y = two_columns(INDICES["days"])
    before = DFTForecaster(window_length=30).fit(y.iloc[:50])
    moved = before.clone().fit(y.iloc[:50]).update(y.iloc[50:55], update_params=False)
    pd.testing.assert_frame_equal(moved.predict(fh=[1, 2]), before.predict(fh=[6, 7]))
    pd.testing.assert_frame_equal(moved.spectrum_, before.spectrum_)
    # The data were remembered: the next fit of the parameters sees them.
    moved.update(y.iloc[55:], update_params=True)
    pd.testing.assert_frame_equal(moved.predict(fh=[1]), before.clone().fit(y).predict(fh=[1]))


def test_update_after_a_gap_fills_it():
    y = two_columns(INDICES["days"])
    updated = DFTForecaster().fit(y.iloc[:50]).update(y.iloc[[52, 54, 56]])
    with_gaps = y.iloc[:57].copy()
    with_gaps.iloc[[50, 51, 53, 55]] = np.nan
    pd.testing.assert_frame_equal(updated.predict(fh=[1]), DFTForecaster().fit(with_gaps).predict(fh=[1]))


def test_update_refuses_other_columns_and_changes_nothing():
    y = two_columns()
    forecaster = DFTForecaster().fit(y.iloc[:50])
    with pytest.raises(ValueError, match=r"columns of fit, \['level', 'flow'\], got \['level', 'other'\]"):
        forecaster.update(y.iloc[50:].rename(columns={"flow": "other"}))
    reordered = forecaster.update(y.iloc[50:, ::-1])
    pd.testing.assert_frame_equal(reordered.predict(fh=[1]), DFTForecaster().fit(y).predict(fh=[1]))


def test_update_that_fails_leaves_the_model():
    y = two_columns()
    forecaster = DFTForecaster().fit(y.iloc[:50])
    future = ForecastingHorizon([61, 65], is_relative=False)
    before = forecaster.predict(fh=future)
    broken = y.iloc[50:].copy()
    broken.loc[58:, "flow"] = np.inf
    with pytest.raises(ValueError, match="2 infinite value"):
        forecaster.update(broken)
    pd.testing.assert_frame_equal(forecaster.predict(fh=future), before)
    forecaster.update(y.iloc[50:])
    pd.testing.assert_frame_equal(forecaster.predict(fh=future), DFTForecaster().fit(y).predict(fh=future))


@pytest.mark.parametrize("index", ["range", "days", "months"])
def test_update_that_fails_leaves_the_cutoff_and_the_format(index):
    y = two_columns(INDICES[index])
    forecaster = DFTForecaster().fit(y.iloc[:50])
    before = forecaster.predict(fh=[1, 2])
    broken = y.iloc[50:] * np.inf
    panel = pd.concat({"a": y.iloc[50:], "b": y.iloc[50:]}, names=["series", "time"])
    for bad, error in ((broken, ValueError), (panel, TypeError)):
        with pytest.raises(error):
            forecaster.update(bad)
        pd.testing.assert_frame_equal(forecaster.predict(fh=[1, 2]), before)


@pytest.mark.parametrize("index", ["range", "days", "months"])
def test_update_predict_does_not_see_the_future(index):
    """Also where the rolled data were part of the first fit, so that the cutoff steps back."""
    y = two_columns(INDICES[index])["level"]
    cv = SlidingWindowSplitter(fh=[1, 2], window_length=5, step_length=5, start_with_window=True)
    forecaster = DFTForecaster(window_length=20).fit(y)
    rolled = forecaster.update_predict(y.iloc[30:], cv=cv, update_params=True)
    for cutoff in range(34, 58, 5):
        expected = DFTForecaster(window_length=20).fit_predict(y.iloc[: cutoff + 1], fh=[1, 2])
        np.testing.assert_array_equal(rolled[y.index[cutoff]].dropna(), expected)
    assert forecaster.cutoff[0] == y.index[-1]


def test_interval_is_normal_with_the_deviation_of_the_core():
    y = two_columns()
    forecaster = DFTForecaster(window_length=40, n_components=5).fit(y)
    deviation = np.sqrt(fit_dft(y.to_numpy().T[:, -40:], n_components=5).variance([0])[:, 0])
    fh = [-50, -2, 1, 30]
    variance = forecaster.predict_var(fh)
    np.testing.assert_allclose(variance, np.tile(deviation**2, (4, 1)), rtol=1e-14)
    interval = forecaster.predict_interval(fh, coverage=[0.5, 0.95])
    half = (interval.xs("upper", axis=1, level=2) - interval.xs("lower", axis=1, level=2)) / 2
    # 0.674490 and 1.959964: the quartile and the 97.5 % point of the standard normal distribution.
    expected = np.repeat(deviation, 2) * np.tile([0.6744897501960817, 1.959963984540054], 2)
    np.testing.assert_allclose(half, np.tile(expected, (4, 1)), rtol=1e-12)
    median = forecaster.predict_quantiles(fh, alpha=0.5)
    np.testing.assert_allclose(median, forecaster.predict(fh), atol=1e-14)


def test_intervals_are_nested_and_quantiles_monotone():
    forecaster = DFTForecaster().fit(two_columns())
    quantiles = forecaster.predict_quantiles(fh=[1, 2, 3], alpha=[0.01, 0.1, 0.4, 0.5, 0.77, 0.999])
    assert (np.diff(quantiles["flow"], axis=1) > 0).all()
    interval = forecaster.predict_interval(fh=[1, 2, 3], coverage=[0.2, 0.6, 0.9])["level"]
    width = [interval[c]["upper"] - interval[c]["lower"] for c in (0.2, 0.6, 0.9)]
    assert (np.diff(width, axis=0) > 0).all()


@pytest.mark.filterwarnings("ignore:Forecasters' predict_proba requires skpro")
def test_distribution_has_the_forecast_as_its_mean():
    forecaster = DFTForecaster().fit(two_columns())
    distribution = forecaster.predict_proba(fh=[1, 2])
    np.testing.assert_allclose(distribution.mean(), forecaster.predict([1, 2]))
    np.testing.assert_allclose(distribution.var(), forecaster.predict_var([1, 2]))


def test_intervals_cover():
    """Two sinusoids of whole cycles in Gaussian noise, both found: then the coverage can be worked out.

    Mean and sinusoids are 5 parameters, so forecasts from N samples err with variance s^2 (1 + 5 / N): from
    the window N = 96, from its first three quarters N = 72. The deviation is taken from 24 errors, so the
    ratio of error to deviation follows Student's t with 24 degrees of freedom, not the normal distribution:
    intervals for 90 % cover 89.1 %. The bound is four standard errors over 400 independent series.
    """
    rng = np.random.default_rng(0)
    t = np.arange(102)
    phase = rng.uniform(0, 2 * np.pi, size=(2, 400, 1))
    clean = np.cos(2 * np.pi * t / 24 + phase[0]) + np.cos(2 * np.pi * t / 12 + phase[1])
    y = pd.DataFrame((clean + rng.normal(0, 0.3, clean.shape)).T)
    forecaster = DFTForecaster(n_components=2).fit(y.iloc[:96])
    for coverage in (0.5, 0.9):
        interval = forecaster.predict_interval(fh=range(1, 7), coverage=coverage)
        lower, upper = (interval.xs(side, axis=1, level=2).to_numpy() for side in ("lower", "upper"))
        truth = y.iloc[96:].to_numpy()
        covered = ((lower <= truth) & (truth <= upper)).mean(axis=0)
        half_width = norm.ppf(0.5 + coverage / 2) * np.sqrt((1 + 5 / 72) / (1 + 5 / 96))
        expected = 1 - 2 * student_t.sf(half_width, df=24)
        assert abs(covered.mean() - expected) < 4 * covered.std(ddof=1) / np.sqrt(covered.size)


def test_missing_values_are_filled_in_time_and_skipped_labels_are_missing():
    y = pd.Series(
        [1.0, 2.0, np.nan, 4.0, 3.0, 2.0, np.nan], index=pd.period_range("2020", periods=7, freq="M")
    )
    filled = pd.Series([1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 2.0], index=y.index)
    expected = DFTForecaster().fit(filled).predict(fh=[1, 2, 3])
    pd.testing.assert_series_equal(DFTForecaster().fit(y).predict(fh=[1, 2, 3]), expected)
    skipped = y.drop(y.index[2])
    pd.testing.assert_series_equal(DFTForecaster().fit(skipped).predict(fh=[1, 2, 3]), expected)
    pandas_own = y.astype("Float64")
    np.testing.assert_array_equal(DFTForecaster().fit(pandas_own).predict(fh=[1, 2, 3]), expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window_length": 0}, r"window_length .* from 1 to 60 .*the samples of the series.*, got 0"),
        ({"window_length": 61}, r"window_length .* got 61"),
        ({"window_length": 8.0}, r"window_length .* got 8\.0"),
        ({"window_length": True}, r"window_length .* got True"),
        ({"window": "no such"}, r"window must be .* got 'no such'"),
        ({"window": ("dpss", 4.0), "window_length": 8}, r"window must be .* got \('dpss', 4.0\)"),
        ({"window": ("kaiser", np.nan)}, r"window must have finite values .* got \('kaiser', nan\)"),
        ({"n_components": 0}, r"n_components must be .* got 0"),
        ({"trend": "cubic"}, r"trend must be one of .* got 'cubic'"),
    ],
)
def test_bad_options_are_refused_in_fit(options, message):
    forecaster = DFTForecaster(**options)
    with pytest.raises(ValueError, match=message):
        forecaster.fit(two_columns())
    assert not forecaster.is_fitted


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (pd.Series([1.0, np.inf]), ValueError, "1 infinite value"),
        (pd.Series([np.nan, np.nan]), ValueError, "all NaN"),
        (pd.Series([], dtype=float), ValueError, "at least 1 sample"),
        (pd.Series(["a", "b"]), TypeError, "categorical"),
        (pd.Series([1.0, 2.0, 3.0], index=[0, 1, 1]), ValueError, "must differ, got 1 twice"),
        (pd.Series([1.0, 2.0, 3.0], index=[0, 2, 5]), ValueError, "whole steps of 2 from 0, got 5"),
        (
            pd.Series([1.0, 2.0, 3.0], index=pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-09"])),
            ValueError,
            "must have a frequency",
        ),
    ],
)
def test_bad_series_are_refused(y, error, message):
    with pytest.raises(error, match=message):
        DFTForecaster().fit(y)


def test_one_sample_is_forecast_without_an_interval():
    forecaster = DFTForecaster().fit(pd.Series([4.0]))
    assert forecaster.predict(fh=[1, 9]).to_list() == [4.0, 4.0]
    for method in (forecaster.predict_interval, forecaster.predict_quantiles, forecaster.predict_var):
        with pytest.raises(ValueError, match=r"at least 2 sample\(s\), got 1"):
            method(fh=[1])


def test_constant_series_has_an_interval_of_no_width():
    interval = DFTForecaster().fit(pd.Series(np.full(12, 7.0))).predict_interval(fh=[1])
    np.testing.assert_allclose(interval, 7.0, rtol=1e-14)


def test_scale_sign_and_shift_of_the_series_are_those_of_the_forecast():
    signals = harmonic_sums(2, length=60, n_components=(3, 6), periods=(2, 30), random_state=1)
    y = pd.DataFrame(signals.clean.T)
    plain = DFTForecaster(n_components=6).fit(y)
    turned = DFTForecaster(n_components=6).fit(100.0 - 3.0 * y)
    np.testing.assert_allclose(turned.predict([1, 5]), 100.0 - 3.0 * plain.predict([1, 5]), rtol=1e-12)
    np.testing.assert_allclose(turned.predict_var([1]), 9.0 * plain.predict_var([1]), rtol=1e-10)


def test_saves_and_loads(tmp_path):
    y = two_columns(INDICES["months"])
    forecaster = DFTForecaster(window_length=24, window=("kaiser", 3.0)).fit(y)
    forecaster.save(tmp_path / "model")
    loaded = load(tmp_path / "model.zip")
    pd.testing.assert_frame_equal(loaded.predict_interval(fh=[1, 2]), forecaster.predict_interval(fh=[1, 2]))
    pd.testing.assert_frame_equal(loaded.update(y.iloc[-3:]).predict([1]), forecaster.predict([1]))


def test_making_one_warns_of_nothing(recwarn):
    DFTForecaster().fit(two_columns()).update(two_columns().iloc[-3:]).predict_interval(fh=[1])
    assert [str(w.message) for w in recwarn] == []


HIDE = """
import importlib.metadata
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

installed = importlib.metadata.distributions
importlib.metadata.distributions = lambda: (d for d in installed() if d.metadata["Name"] not in {absent})
sys.meta_path.insert(0, Absent())
"""


def run_without(absent, script, cwd=None):
    command = [sys.executable, "-c", HIDE.format(absent=absent) + script]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def test_loads_and_forecasts_where_neither_darts_nor_torch_is_installed(tmp_path):
    forecasters = [cls(window_length=24).fit(two_columns()) for cls in (DFTForecaster, HarmonicForecaster)]
    for i, forecaster in enumerate(forecasters):
        forecaster.save(tmp_path / str(i))
    script = """
from pathlib import Path
from sktime.base import load
import pandas as pd
from harmonic_forecasters.sktime import DFTForecaster
for name in "01":
    print(load(Path(f"{name}.zip")).predict_var([1, 2]).to_numpy().tolist())
print(DFTForecaster().fit(pd.Series([1.0, 2.0])).predict(fh=[1]).item())
"""
    result = run_without({"darts", "torch"}, script, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    variances = [str(each.predict_var([1, 2]).to_numpy().tolist()) for each in forecasters]
    assert result.stdout.splitlines() == [*variances, "1.0"]


def test_without_sktime_the_error_names_the_extra():
    result = run_without({"sktime"}, "import harmonic_forecasters.sktime")
    assert "ImportError" in result.stderr
    assert "pip install 'harmonic-forecasters[sktime]'" in result.stderr
