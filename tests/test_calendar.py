"""The seasons that a frequency suggests."""

import pandas as pd
import pytest

from harmonic_forecasters._calendar import candidate_seasons


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
