"""The seasons that a frequency suggests, and what both libraries make of them."""

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries

from harmonic_forecasters._calendar import candidate_seasons
from harmonic_forecasters.darts import HarmonicModel
from harmonic_forecasters.sktime import HarmonicForecaster
from harmonic_forecasters.spectral import fit_harmonic


@pytest.mark.parametrize(
    ("frequency", "seasons"),
    [
        ("min", (1440.0, 10080.0, 525960.0)),
        ("15min", (96.0, 672.0, 35064.0)),
        ("h", (24.0, 168.0, 8766.0)),
        ("6h", (4.0, 28.0, 1461.0)),
        ("D", (7.0, 30.44, 365.25)),
        ("B", (5.0, 261.0)),
        ("W-SUN", (52.18,)),
        ("W-WED", (52.18,)),
        ("MS", (12.0,)),
        ("ME", (12.0,)),
        ("2MS", (6.0,)),
        ("QS-JAN", (4.0,)),
        ("QE-DEC", (4.0,)),
        ("YS", ()),
        ("YE-JUN", ()),
        ("10s", None),
        (1, None),
        (None, None),
    ],
)
def test_a_frequency_suggests_its_cycles_in_samples(frequency, seasons):
    assert candidate_seasons(frequency) == pytest.approx(seasons)


@pytest.mark.parametrize("alias", ["h", "D", "W", "M", "Q", "Y"])
def test_periods_and_dates_of_one_frequency_suggest_the_same(alias):
    periods = pd.period_range("2020", periods=9, freq=alias)
    expected = candidate_seasons(
        periods.to_timestamp().inferred_freq or pd.infer_freq(periods.to_timestamp())
    )
    assert candidate_seasons(periods.freq) == expected


def monthly(n_samples=60):
    t = np.arange(n_samples)
    noise = np.random.default_rng(0).normal(size=n_samples)
    return 100.0 + t + 20.0 * (t % 12 == 11) + noise


AHEAD = np.arange(60, 72)


def test_both_doors_read_the_frequency_of_the_index():
    y = monthly()
    given = fit_harmonic(y[None], candidates=[12]).evaluate(AHEAD)[0]
    blind = fit_harmonic(y[None]).evaluate(AHEAD)[0]
    assert np.abs(given - blind).max() > 1.0
    dates = pd.date_range("2020-01", periods=60, freq="MS")
    for index, expected in ((dates, given), (pd.RangeIndex(60), blind)):
        series = TimeSeries.from_times_and_values(index, y)
        np.testing.assert_array_equal(HarmonicModel().fit(series).predict(12).values()[:, 0], expected)
    for index, expected in ((dates, given), (dates.to_period("M"), given), (pd.RangeIndex(60), blind)):
        forecaster = HarmonicForecaster().fit(pd.Series(y, index=index))
        np.testing.assert_array_equal(forecaster.predict(fh=range(1, 13)), expected)


def test_series_of_several_frequencies_are_forecast_as_each_alone():
    y = monthly()
    many = [
        TimeSeries.from_times_and_values(pd.date_range("2020-01", periods=60, freq=freq), y)
        for freq in ("MS", "D", "MS", "h")
    ]
    model = HarmonicModel().fit(many)
    together = model.predict(12, series=many)
    for one, forecast in zip(many, together, strict=True):
        alone = model.predict(12, series=one)
        np.testing.assert_allclose(forecast.values(), alone.values(), rtol=1e-9)
        assert forecast.freq == one.freq


def test_known_periods_replace_the_seasons_of_the_calendar():
    y = monthly()
    dated = pd.Series(y, index=pd.date_range("2020-01", periods=60, freq="D"))
    with_period = HarmonicForecaster(periods=12).fit(dated).predict(fh=range(1, 13))
    expected = fit_harmonic(y[None], periods=12).evaluate(AHEAD)[0]
    np.testing.assert_array_equal(with_period, expected)
