"""Harmonic forecasts off the DFT grid as an sktime forecaster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from harmonic_forecasters.sktime.base import SpectralForecaster
from harmonic_forecasters.spectral import Continuation, FloatArray, fit_harmonic


class HarmonicForecaster(SpectralForecaster):
    """Forecast signals made of harmonics and seasons, whatever their periods.

    Periods are found; they need not be known, and need not divide the window. The default method, a blend,
    averages adaptive spectra, linear predictions and seasonal processes of the window and of its logarithms,
    weighted by how probable each makes the window [1]_. The seasons of the calendar, such as day and week for
    hourly samples, are read from the frequency of the index; an integer index has none.

    The columns of ``X``, such as holidays and temperatures, are regressors in the mean. Their effects are
    estimated in the window by generalised least squares under the adaptive spectrum [2]_, and shrunk if they
    are not significant; the method continues what remains. X must have a row of finite values for every
    sample of the window and every step of the forecast.

    Prediction intervals are normal, with the variance that the method gives to each step. In-sample forecasts
    are a smooth of the data. The window needs at least 3 observed values in each column with "blend" and
    "seasonal", and 8 with the other methods and with ``X``.

    Parameters
    ----------
    window_length : int or None, default=None
        Number of last samples to use, as many as the method needs at least; None uses all.
    method : str, default="blend"
        The default blend, or one method by name: "seasonal", "iaa", "burg", "modified_covariance",
        "esprit" or "sparse_bayes"; the module of that name in ``harmonic_forecasters.spectral.methods``
        explains it.
    periods : float, list of float or None, default=None
        Known periods, in samples, at least 2; their waves last for ever, and others fade far ahead. Up to
        four are seasons, more are constituents, as of tides. "blend", "seasonal" and "iaa" take them. They
        replace the seasons of the calendar. None: all periods are found.

    Attributes
    ----------
    spectrum_ : pandas.DataFrame
        The sinusoids, one a row, strongest first: component (the column of y), frequency (cycles per
        sample), period (samples), amplitude (unit of y), phase (radians, of a cosine, at the first sample of
        the window); frequency_error, amplitude_error, phase_error (standard errors of these); share (of the
        variance of the window); group (the same number for sinusoids closer than one cycle per window, which
        can hardly be separated, and for the harmonics of one season); season (its period, else NaN). A season
        stands as a row without a phase before its harmonics. The sinusoids are those that the method finds,
        refined by joint least squares: see ``harmonic_forecasters.spectral.components``.

    See Also
    --------
    harmonic_forecasters.spectral.harmonic.fit_harmonic : The same on arrays.

    References
    ----------
    .. [1] T. Yardibi, J. Li, P. Stoica, M. Xue, A. B. Baggeroer (2010). Source localization and sensing: a
       nonparametric iterative adaptive approach based on weighted least squares. IEEE Transactions on
       Aerospace and Electronic Systems 46(1), 425-443.

    .. [2] A. C. Aitken (1936). On least squares and linear combinations of observations. Proceedings of the
       Royal Society of Edinburgh 55, 42-48; as the mean of a Gaussian process: C. E. Rasmussen,
       C. K. I. Williams (2006). Gaussian Processes for Machine Learning, eq. 2.41 and 2.42.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from harmonic_forecasters.sktime import HarmonicForecaster
    >>> tide = pd.Series(3 * np.cos(2 * np.pi * np.arange(120) / 12.42))
    >>> forecaster = HarmonicForecaster().fit(tide[:100])
    >>> bool(np.allclose(forecaster.predict(fh=range(1, 21)), tide[100:], atol=0.1))
    True
    >>> forecaster.spectrum_[["period", "amplitude", "share"]].round(2)
       period  amplitude  share
    0   12.42        3.0   0.99

    A known holiday is a column of X:

    >>> holiday = pd.DataFrame({"holiday": np.isin(tide.index, [7, 35, 58, 99, 110]).astype(float)})
    >>> visits = tide + 4 * holiday["holiday"]
    >>> forecaster = HarmonicForecaster().fit(visits[:100], X=holiday[:100])
    >>> forecast = forecaster.predict(fh=range(1, 21), X=holiday[100:])
    >>> bool(np.allclose(forecast, visits[100:], atol=0.1))
    True
    """

    _tags: ClassVar[dict[str, Any]] = {"capability:exogenous": True}

    def __init__(
        self,
        *,
        window_length: int | None = None,
        method: str = "blend",
        periods: float | Sequence[float] | None = None,
    ) -> None:
        self.window_length = window_length
        self.method = method
        self.periods = periods
        super().__init__()

    def _fit_windows(
        self, block: FloatArray, regressors: FloatArray | None, candidates: Sequence[float] | None
    ) -> Continuation:
        return fit_harmonic(
            block, regressors, method=self.method, periods=self.periods, candidates=candidates
        )

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:  # noqa: ARG003
        """Settings for sktime's tests: small, and between them with every parameter off its default.

        parameter_set : ignored, there is one set only.   Returns a list of constructor arguments.
        """
        return [{"window_length": 12}, {"method": "burg"}, {"method": "iaa", "periods": [3.0]}]
