"""What is particular to the DFT in darts."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from darts import TimeSeries

from harmonic_forecasters.darts import DFTModel
from harmonic_forecasters.spectral.methods.dft import fit_dft


@pytest.mark.parametrize("length", [1, 2, 23, 24])
@pytest.mark.parametrize("trend", [None, "constant"])
def test_nothing_cut_is_the_window_over_again(make_series, length, trend):
    series = make_series(length, 2)
    forecast = DFTModel(trend=trend).fit(series).predict(3 * length + 1)
    tiled = np.tile(series.values(), (4, 1))[: 3 * length + 1]
    np.testing.assert_allclose(forecast.values(), tiled, atol=1e-12, rtol=0)


@pytest.mark.parametrize("length", [99, 100])
def test_whole_cycles_are_continued(length):
    t = np.arange(length + 50)
    cycles, amplitude, phase = (
        np.array([[3.0], [7.0], [20.0]]),
        np.array([1.0, 0.5, 2.0]),
        np.array([[0.3], [2.0], [5.0]]),
    )
    values = 4.0 + amplitude @ np.sin(2 * np.pi * cycles * t / length + phase)
    model = DFTModel().fit(TimeSeries.from_values(values[:length]))
    np.testing.assert_allclose(model.predict(50).values().ravel(), values[length:], atol=1e-10, rtol=0)


def test_a_broken_cycle_is_not(make_series):
    t = np.arange(150)
    values = np.sin(2 * np.pi * t * 3.5 / 100)
    forecast = DFTModel().fit(TimeSeries.from_values(values[:100])).predict(50).values().ravel()
    assert np.mean((forecast - values[100:]) ** 2) > 0.5


def test_a_line_is_continued_by_a_linear_trend():
    line = 2.0 + 0.5 * np.arange(40.0)
    forecast = DFTModel(trend="linear").fit(TimeSeries.from_values(line[:30])).predict(10)
    np.testing.assert_allclose(forecast.values().ravel(), line[30:], atol=1e-10)


def test_the_door_changes_no_number(make_series):
    series = make_series(30, 2)
    options = {"window": "hamming", "n_components": 4, "trend": "linear"}
    forecast = DFTModel(**options).fit(series).predict(9)
    direct = fit_dft(series.values().T, **options).evaluate(np.arange(30, 39))
    np.testing.assert_array_equal(forecast.values().T, direct)


def test_spectrum_names_the_sinusoids_of_the_window():
    t = np.arange(40)
    values = np.stack(
        [5.0 + 2.0 * np.cos(2 * np.pi * t / 8 + 0.5), 3.0 * np.cos(2 * np.pi * t / 5 - 1.0)], axis=1
    )
    series = TimeSeries.from_values(values, columns=["tide", "surge"])
    model = DFTModel(n_components=1).fit(series)
    table = model.spectrum()
    assert list(table.columns) == ["component", "frequency", "period", "amplitude", "phase"]
    assert table.component.tolist() == ["tide", "surge"]
    numbers = table.drop(columns="component").to_numpy()
    np.testing.assert_allclose(numbers, [[1 / 8, 8.0, 2.0, 0.5], [1 / 5, 5.0, 3.0, -1.0]], atol=1e-10)
    assert len(model.spectrum(series["tide"])) == 1
    window = DFTModel(16, n_components=1).fit(series).spectrum(series["tide"])
    assert window.frequency.item() == pytest.approx(1 / 8)
    # The first sample of the window is number 24, three whole cycles of the tide later.
    assert window.phase.item() == pytest.approx(0.5)


def test_spectrum_of_a_constant_is_an_empty_table():
    table = DFTModel().fit(TimeSeries.from_values(np.zeros(20))).spectrum()
    assert list(table.columns) == ["component", "frequency", "period", "amplitude", "phase"]
    assert len(table) == 0


def test_spectrum_is_of_one_series(make_series):
    model = DFTModel(12).fit([make_series(), make_series(seed=1)])
    with pytest.raises(ValueError, match="series must be given"):
        model.spectrum()
    with pytest.raises(ValueError, match="a single TimeSeries, got list"):
        model.spectrum([make_series()])
    with pytest.raises(ValueError, match="at least 12 time stamp"):
        model.spectrum(make_series(5))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": "triangular hat"}, "window must be one .* got 'triangular hat'"),
        ({"n_components": 0}, "n_components must be None or a whole number of at least 1, got 0"),
        ({"trend": "cubic"}, "trend must be one of .* got 'cubic'"),
    ],
)
def test_unknown_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        DFTModel(**options)


def test_repr_shows_the_options():
    assert str(DFTModel(24, n_components=3)) == "DFTModel(input_chunk_length=24, n_components=3)"


def test_without_darts_the_error_names_the_extra():
    program = "import sys; sys.modules['darts'] = None; import harmonic_forecasters.darts"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "pip install 'harmonic-forecasters[darts]'" in result.stderr.splitlines()[-1]
