"""The discrete Fourier transform of a window, extrapolated.

The DFT knows only frequencies k / N that complete whole cycles in a window of N samples, so its extrapolation
with nothing cut repeats the window. It is kept as the reference that every better method must beat.

Source: Oppenheim, Schafer (2010), Discrete-Time Signal Processing, eq. 8.11 and 8.12; on tapers and their
coherent gain: Harris (1978), On the use of windows for harmonic analysis with the discrete Fourier transform.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import get_window

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.spectral._parts.windows import FloatArray, Windows, check_windows
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum

TRENDS = (None, "constant", "linear")


@dataclass(frozen=True, kw_only=True, eq=False)
class DFT(Continuation):
    """The DFT of windows: a trend, and sinusoids that complete whole cycles.

    coefficients : (n_series, n_samples // 2 + 1), complex, as numpy.fft.rfft gives them, divided by the
        coherent gain of the taper; zero where a component was cut.
    level, slope : (n_series,), the trend level + slope t, unit of the series (per sample).
    windows : the windows themselves.
    options : those of :func:`fit_dft` that made it.
    """

    coefficients: NDArray[np.complex128]
    level: FloatArray
    slope: FloatArray
    windows: Windows
    options: Mapping[str, Any]

    def lines(self) -> LineSpectrum:
        """The sinusoids, lowest frequency first; the trend is not among them.

        Amplitudes are those of a cosine in the unit of the series: 2 |Y_k| / N, and |Y_k| / N at frequency 0
        and, for an even N, at the Nyquist frequency 1/2, which have no mirror image.
        """
        n_samples = self.windows.n_samples
        amplitude = _n_images(n_samples) * np.abs(self.coefficients) / n_samples
        return LineSpectrum(np.asarray(np.fft.rfftfreq(n_samples)), amplitude, np.angle(self.coefficients))

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """Trend plus sinusoids at the times t: beyond the window this is the forecast.

        t : (n_times,), whole samples since the first one of the window, any sign.
        Returns (n_series, n_times).
        """
        times, n_samples = np.asarray(t, dtype=np.int64), self.windows.n_samples
        # Every line has a whole number of cycles in N samples: one window holds all values there are.
        one_window = np.fft.irfft(self.coefficients, n=n_samples, axis=1)
        trend = self.level[:, None] + self.slope[:, None] * times
        return np.asarray(trend + one_window[:, times % n_samples])

    def variance(self, t: ArrayLike) -> FloatArray:
        """Mean squared error of forecasting the last quarter of the window from the rest, at every time.

        Residuals inside the window carry no information about forecasts: with nothing cut, they are all zero.

        t : (n_times,).   Returns (n_series, n_times), unit of the series squared.
        Raises ValueError for windows of one sample.
        """
        values = check_windows(self.windows, min_samples=2).filled
        first_held_out = values.shape[1] - max(1, values.shape[1] // 4)
        past = fit_dft(Windows.complete(values[:, :first_held_out]), **self.options)
        errors = values[:, first_held_out:] - past.evaluate(np.arange(first_held_out, values.shape[1]))
        mean_square = np.mean(errors**2, axis=1)
        return np.asarray(np.broadcast_to(mean_square[:, None], (len(values), np.size(t))))


def fit_dft(
    y: ArrayLike | Windows,
    *,
    window: Any = "boxcar",
    n_components: int | None = None,
    trend: str | None = "constant",
) -> DFT:
    """DFT of each window, after its trend is removed.

    Parameters
    ----------
    y : (n_series, n_samples), any unit; NaN is filled by linear interpolation in time.
    window : the taper, anything that scipy.signal.get_window takes: ``"hamming"``, ``("kaiser", 8.0)``, ...
        Coefficients are divided by the taper's coherent gain (the mean of its samples), so a sinusoid of
        whole cycles keeps its own amplitude. The taper itself is not divided out: with nothing cut, a
        tapered window is continued as copies of the tapered window.
    n_components : number of sinusoids kept in each series, the strongest by their mean square over the
        window, which is the best choice in least squares; None keeps all.
    trend : None, ``"constant"`` (the mean) or ``"linear"`` (least squares). A trend takes the place of
        frequency 0: it is removed before the taper and added again to forecasts.

    Returns
    -------
    DFT

    Raises
    ------
    ValueError : for an unknown window or trend, a window that is not defined for so few samples or has no
        gain, ``n_components`` below 1, or unusable values.
    TypeError : for values that are not real numbers.

    Examples
    --------
    >>> fit_dft([[1.0, 2.0, 4.0]]).evaluate([3, 4, 5]).round(12)
    array([[1., 2., 4.]])
    """
    _check_cuts(n_components, trend)
    windows = check_windows(y)
    values, n_samples = windows.filled, windows.n_samples
    level, slope = _fit_trend(values, trend)
    detrended = values - level[:, None] - slope[:, None] * np.arange(n_samples)
    taper = _taper(window, n_samples)
    coefficients = np.asarray(np.fft.rfft(detrended * taper, axis=1) / taper.mean())
    if trend is not None:
        coefficients[:, 0] = 0.0
    if n_components is not None and n_components < coefficients.shape[1]:
        # Not squared, so that tiny values do not underflow; stable, so that ties are cut alike everywhere.
        strength = np.sqrt(_n_images(n_samples)) * np.abs(coefficients)
        weakest_first = np.argsort(strength, axis=1, kind="stable")
        np.put_along_axis(coefficients, weakest_first[:, :-n_components], 0.0, axis=1)
    return DFT(
        coefficients=coefficients,
        level=level,
        slope=slope,
        windows=windows,
        options={"window": window, "n_components": n_components, "trend": trend},
    )


def check_dft_options(*, window: Any, n_components: int | None, trend: str | None) -> None:
    """Raise ValueError where an option of :func:`fit_dft` is not one of those allowed."""
    _check_cuts(n_components, trend)
    # Some tapers are not defined for short windows; the fit checks that.
    _taper(window, 1000)


def _check_cuts(n_components: int | None, trend: str | None) -> None:
    if not (trend is None or isinstance(trend, str)) or trend not in TRENDS:
        raise ValueError(f"trend must be one of {', '.join(map(repr, TRENDS))}, got {trend!r}")
    check_whole_number("n_components", n_components, 1, or_none=True)


def _taper(window: Any, n_samples: int) -> FloatArray:
    """The taper, (n_samples,); ValueError where scipy cannot make it, or there is no gain to divide by."""
    try:
        taper = np.asarray(get_window(window, n_samples), dtype=np.float64)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f"window must be one that scipy.signal.get_window knows, got {window!r} ({error})"
        ) from error
    if not abs(taper.mean()) > 1e-9 * abs(taper).max():  # NaN among them too
        raise ValueError(f"window must have finite values and a mean other than zero, got {window!r}")
    return taper


def _n_images(n_samples: int) -> NDArray[np.int64]:
    """How many frequencies of the full DFT each coefficient of rfft stands for, (n_samples // 2 + 1,).

    Two, itself and its mirror image; one at frequency 0 and, for an even N, at the Nyquist frequency.
    """
    images = np.full(n_samples // 2 + 1, 2)
    images[0] = 1
    if n_samples % 2 == 0:
        images[-1] = 1
    return images


def _fit_trend(values: FloatArray, trend: str | None) -> tuple[FloatArray, FloatArray]:
    """Level at t = 0 and slope per sample, each (n_series,), by least squares."""
    zeros = np.zeros(len(values))
    if trend is None:
        return zeros, zeros
    mean = values.mean(axis=1)
    if trend == "constant" or values.shape[1] < 2:
        return mean, zeros
    centred = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2.0
    slope = values @ centred / (centred @ centred)
    return mean - slope * (values.shape[1] - 1) / 2.0, slope
