"""The DFT of the last samples as an sktime forecaster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harmonic_forecasters.sktime.base import SpectralForecaster
from harmonic_forecasters.spectral import Continuation, FloatArray, fit_dft


class DFTForecaster(SpectralForecaster):
    """Forecast by the discrete Fourier transform of the last samples, extrapolated.

    The window is a trend plus sinusoids that complete whole cycles in it. With nothing cut, the forecast
    repeats the window. It is exact if all periods divide the window, and poor if a cycle is broken off:
    choose ``window_length`` accordingly, or use it as the reference that a better method must beat.

    Prediction intervals are normal. Their standard deviation is the root mean squared error of forecasting
    the last quarter of the window from the rest, the same at every horizon and in-sample. Residuals of the
    fit carry no information: with nothing cut they are all zero. A window of one sample has no intervals.

    Parameters
    ----------
    window_length : int or None, default=None
        Number of last samples to use; None uses all.
    window : str, float or tuple, default="boxcar"
        The taper, anything that ``scipy.signal.get_window`` takes. Coefficients are divided by its mean,
        so that a sinusoid of whole cycles keeps its amplitude.
    n_components : int or None, default=None
        Number of sinusoids kept in each column, the strongest; None keeps all.
    trend : None, "constant" or "linear", default="constant"
        What is removed before the transform and added again to forecasts: nothing, the mean, or a line
        by least squares.

    Attributes
    ----------
    spectrum_ : pandas.DataFrame
        The sinusoids, one a row: component (the column of y), frequency (cycles per sample), period
        (samples), amplitude (unit of y), phase (radians, of a cosine, at the first sample of the window).

    See Also
    --------
    harmonic_forecasters.spectral.methods.dft.fit_dft : The same on arrays, with the formulas.

    References
    ----------
    .. [1] A. V. Oppenheim, R. W. Schafer (2010). Discrete-Time Signal Processing, 3rd ed., eq. 8.11, 8.12.
    .. [2] F. J. Harris (1978). On the use of windows for harmonic analysis with the discrete Fourier
       transform. Proceedings of the IEEE 66(1), 51-83.

    Examples
    --------
    >>> import pandas as pd
    >>> from harmonic_forecasters.sktime import DFTForecaster
    >>> y = pd.Series([1.0, 5.0, 3.0, 7.0] * 3, index=pd.date_range("2024-01-01", periods=12, freq="D"))
    >>> forecaster = DFTForecaster(window_length=8).fit(y)
    >>> forecaster.predict(fh=[1, 2, 6]).round(6)
    2024-01-13    1.0
    2024-01-14    5.0
    2024-01-18    5.0
    dtype: float64
    >>> forecaster.spectrum_.round(3)
       component  frequency  period  amplitude  phase
    0          0       0.25     4.0      1.414  2.356
    1          0       0.50     2.0      2.000  3.142
    """

    def __init__(
        self,
        *,
        window_length: int | None = None,
        window: Any = "boxcar",
        n_components: int | None = None,
        trend: str | None = "constant",
    ) -> None:
        self.window_length = window_length
        self.window = window
        self.n_components = n_components
        self.trend = trend
        super().__init__()

    def _fit_windows(
        self,
        block: FloatArray,
        regressors: FloatArray | None,  # noqa: ARG002
        candidates: Sequence[float] | None,  # noqa: ARG002
    ) -> Continuation:
        return fit_dft(block, window=self.window, n_components=self.n_components, trend=self.trend)

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:  # noqa: ARG003
        """Settings for sktime's tests: small, and between them with every parameter off its default.

        parameter_set : ignored, there is one set only.   Returns a list of constructor arguments.
        """
        return [
            {"window_length": 4, "n_components": 2},
            {"window": ("kaiser", 4.0), "trend": "linear"},
        ]
