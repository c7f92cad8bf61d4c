"""What every spectral method asks of its input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harmonic_forecasters.spectral._parts.windows import Windows, check_windows

NAN = float("nan")


@given(
    hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.int32, np.uint8, np.bool_]),
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
    ).filter(lambda y: bool(np.isfinite(y).all()))
)
def test_complete_windows_pass_unchanged_as_a_copy(y):
    windows = check_windows(y).filled
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
    np.testing.assert_allclose(check_windows([series, [1.0] * len(series)]).filled[0], filled, rtol=1e-15)


def test_a_gap_is_filled_from_its_own_series_alone():
    y = np.array([[1.0, NAN, 3.0], [10.0, 20.0, 30.0], [NAN, 5.0, 5.0]])
    together = check_windows(y).filled
    for row, series in zip(together, y, strict=True):
        np.testing.assert_array_equal(row, check_windows(series[None]).filled[0])


def test_filling_leaves_the_input_alone():
    y = np.array([[1.0, NAN, 3.0]])
    check_windows(y)
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
        check_windows(y)


def test_a_window_too_short_for_the_method_is_refused():
    with pytest.raises(ValueError, match=r"at least 4 sample\(s\), got 3"):
        check_windows([[1.0, 2.0, 3.0]], min_samples=4)


@pytest.mark.parametrize("y", [[["a", "b"]], [[1j, 2.0]], [[None, 1.0]], np.zeros((1, 2), "datetime64[s]")])
def test_what_is_not_a_real_number_is_refused(y):
    with pytest.raises(TypeError, match="must hold real numbers, got values of type"):
        check_windows(y)


def test_windows_that_were_checked_are_not_copied_but_counted():
    checked = check_windows([[1.0, NAN, 3.0]])
    assert check_windows(checked, min_samples=3, min_observed=2) is checked
    with pytest.raises(ValueError, match="at least 3 observed values, series 0 has 2"):
        check_windows(checked, min_observed=3)
    with pytest.raises(ValueError, match=r"at least 4 sample\(s\), got 3"):
        check_windows(checked, min_samples=4)


def test_windows_show_their_gaps_as_asked():
    y = np.array([[1.0, NAN, 3.0], [4.0, 5.0, 6.0]])
    windows = check_windows(y)
    np.testing.assert_array_equal(windows.with_gaps, y)
    np.testing.assert_array_equal(windows.with_zeros, np.nan_to_num(y))
    np.testing.assert_array_equal(windows.gaps, [True, False])
    computed = Windows.with_missing(y)
    np.testing.assert_array_equal(computed.filled, windows.filled)
    np.testing.assert_array_equal(computed.observed, windows.observed)
    np.testing.assert_array_equal(windows.last(2).filled, windows.filled[:, 1:])
    np.testing.assert_array_equal(windows.take(slice(1, 2)).filled, y[1:])
