"""What every spectral method asks of its input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harmonic_forecasters.spectral.inputs import as_windows, check_horizon

NAN = float("nan")


@given(
    hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.int32, np.uint8, np.bool_]),
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
    ).filter(lambda y: bool(np.isfinite(y).all()))
)
def test_complete_windows_pass_unchanged_as_a_copy(y):
    windows = as_windows(y)
    assert windows.dtype == np.float64
    np.testing.assert_array_equal(windows, y)
    assert not np.shares_memory(windows, y)


@pytest.mark.parametrize(
    ("series", "filled"),
    [
        ([1.0, NAN, 3.0], [1.0, 2.0, 3.0]),
        ([0.0, NAN, NAN, NAN, 8.0], [0.0, 2.0, 4.0, 6.0, 8.0]),
        ([NAN, NAN, 3.0, 5.0], [3.0, 3.0, 3.0, 5.0]),
        ([3.0, 5.0, NAN], [3.0, 5.0, 5.0]),
        ([NAN, 7.0, NAN], [7.0, 7.0, 7.0]),
    ],
)
def test_gaps_are_filled_from_their_neighbours_in_time(series, filled):
    np.testing.assert_allclose(as_windows([series, [1.0] * len(series)])[0], filled, rtol=1e-15)


def test_a_gap_is_filled_from_its_own_series_alone():
    y = np.array([[1.0, NAN, 3.0], [10.0, 20.0, 30.0], [NAN, 5.0, 5.0]])
    together = as_windows(y)
    for row, series in zip(together, y, strict=True):
        np.testing.assert_array_equal(row, as_windows(series[None])[0])


def test_filling_leaves_the_input_alone():
    y = np.array([[1.0, NAN, 3.0]])
    as_windows(y)
    assert np.isnan(y[0, 1])


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([1.0, 2.0], r"shape \(n_series, n_samples\), got 1 axes"),
        (np.zeros((2, 2, 2)), r"shape \(n_series, n_samples\), got 3 axes"),
        (3.0, r"shape \(n_series, n_samples\), got 0 axes"),
        (np.zeros((1, 0)), r"at least 1 sample\(s\), got 0"),
        ([[1.0, 2.0], [np.inf, -np.inf]], r"got 2 infinite value\(s\), the first in series 1 at sample 0"),
        ([[1.0, 2.0], [NAN, NAN]], "at least one observed value, series 1 is all NaN"),
    ],
)
def test_an_unusable_window_is_refused_with_rule_and_value(y, message):
    with pytest.raises(ValueError, match=message):
        as_windows(y)


def test_a_window_too_short_for_the_method_is_refused():
    with pytest.raises(ValueError, match=r"at least 4 sample\(s\), got 3"):
        as_windows([[1.0, 2.0, 3.0]], min_samples=4)


@pytest.mark.parametrize("y", [[["a", "b"]], [[1j, 2.0]], [[None, 1.0]], np.zeros((1, 2), "datetime64[s]")])
def test_what_is_not_a_real_number_is_refused(y):
    with pytest.raises(TypeError, match="must hold real numbers, got values of type"):
        as_windows(y)


@pytest.mark.parametrize("n", [1, 7, np.int64(3)])
def test_a_horizon_is_a_positive_whole_number(n):
    check_horizon(n)


@pytest.mark.parametrize("n", [0, -1, 1.0, True, "3", None])
def test_any_other_horizon_is_refused_with_its_value(n):
    with pytest.raises(ValueError, match=f"n must be a whole number of at least 1, got {n!r}"):
        check_horizon(n)
