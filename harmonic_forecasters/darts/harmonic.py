"""Harmonic forecasts off the DFT grid: see :mod:`harmonic_forecasters.spectral.harmonic`."""

from __future__ import annotations

from collections.abc import Sequence

from harmonic_forecasters.darts.likelihoods import named_likelihood
from harmonic_forecasters.darts.untrained import UntrainedGlobalModel
from harmonic_forecasters.spectral import MIN_OBSERVED, Continuation, FloatArray, check_method, fit_harmonic


class HarmonicModel(UntrainedGlobalModel):
    """Forecasts of signals made of harmonics and seasons, whatever their periods.

    Periods are found; they need not be known, and need not divide the window. The default method, a blend,
    averages adaptive spectra, linear predictions and seasonal processes of the window and of its logarithms,
    weighted by how probable each makes the window. The seasons of the calendar, such as day and week for
    hourly samples, are read from the frequency of the index; an integer index has none.

    Future covariates, such as holidays and temperatures, are regressors in the mean. Their effects are
    estimated in each window by generalised least squares under the adaptive spectrum, and shrunk if they are
    not significant; the method continues what remains. Covariates must be known from the beginning of a
    window to the end of its forecast.

    Nothing is trained: ``fit`` checks the series and remembers a single one, and ``predict`` takes any other.
    Each component of a multivariate series is forecast separately. NaN marks missing values; a window needs
    at least 3 observed ones with ``"blend"`` and ``"seasonal"``, and 8 with the other methods and with
    covariates.

    ``spectrum()`` returns the sinusoids that the method finds, refined by joint least squares, strongest
    first, with the additional columns frequency_error, amplitude_error, phase_error (standard errors), share
    (of the variance of the window), group (the same number for sinusoids closer than one cycle per window,
    which can hardly be separated, and for the harmonics of one season) and season (its period, else NaN). A
    season stands as a row without a phase before its harmonics. See
    :mod:`harmonic_forecasters.spectral.components`.

    Parameters
    ----------
    input_chunk_length : samples in the window, the last ones of a series, at least as many as it needs; None
        takes the whole series.
    output_chunk_length : forecasts of more samples than this are made in chunks, each from a window that
        holds the chunks before it; None forecasts any number of samples at once. Likelihood parameters and
        samples are given for one chunk only: how errors grow through chunks fed back is not known.
    method : ``"blend"``, or a single method: ``"seasonal"``, ``"iaa"``, ``"burg"``,
        ``"modified_covariance"``, ``"esprit"`` or ``"sparse_bayes"``; the module of that name in
        ``spectral.methods`` explains it.
    periods : known periods, in samples, at least 2; their waves last for ever, and others fade far ahead. Up
        to four are seasons, more are constituents, as of tides. ``"blend"``, ``"seasonal"`` and ``"iaa"``
        take them. They replace the seasons of the calendar. None: all periods are found.
    likelihood : None for point forecasts only. With ``"gaussian"`` or ``"quantile"``, forecast errors are
        normal: ``num_samples`` draws from them, each step and component independently (errors of neighbouring
        steps are not correlated in the draws), and ``predict_likelihood_parameters=True`` gives mean and
        standard deviation (``tide_mu``, ``tide_sigma``) or quantiles (``tide_q0.100``). Without
        samples, the forecast is the mean.
    quantiles : those that ``"quantile"`` returns, above 0 and below 1; None returns 0.01, 0.05, 0.1, 0.25,
        0.5 and their mirror images.

    Raises
    ------
    ValueError : for an option out of its range; the message says the rule and the value.

    Source: Yardibi, Li, Stoica, Xue, Baggeroer (2010), IEEE Trans. Aerospace and Electronic Systems 46, eq. 9
    to 14, for the spectrum of ``"blend"`` and ``"iaa"``; the modules of the other methods name theirs.
    Regressors: Aitken (1936), Proceedings of the Royal Society of Edinburgh 55; Rasmussen, Williams (2006),
    Gaussian Processes for Machine Learning, eq. 2.41 and 2.42.

    Examples
    --------
    A period that does not divide the window is continued too:

    >>> import numpy as np
    >>> from darts import TimeSeries
    >>> t = np.arange(120)
    >>> tide = TimeSeries.from_values(3 * np.cos(2 * np.pi * t / 12.42), columns=["tide"])
    >>> model = HarmonicModel(likelihood="gaussian").fit(tide[:100])
    >>> bool(np.allclose(model.predict(20).values(), tide[100:].values(), atol=0.1))
    True
    >>> model.predict(20, predict_likelihood_parameters=True).components.to_list()
    ['tide_mu', 'tide_sigma']
    >>> model.predict(20, num_samples=500, random_state=0).n_samples
    500
    >>> model.spectrum()[["component", "period", "amplitude", "share"]].round(2)
      component  period  amplitude  share
    0      tide   12.42        3.0   0.99

    A known holiday is a covariate:

    >>> holiday = TimeSeries.from_values(np.isin(t, [7, 35, 58, 99, 110]).astype(float))
    >>> visits = tide + 4 * holiday
    >>> model = HarmonicModel().fit(visits[:100], future_covariates=holiday)
    >>> bool(np.allclose(model.predict(20).values(), visits[100:].values(), atol=0.1))
    True
    """

    def __init__(
        self,
        input_chunk_length: int | None = None,
        output_chunk_length: int | None = None,
        *,
        method: str = "blend",
        periods: float | Sequence[float] | None = None,
        likelihood: str | None = None,
        quantiles: Sequence[float] | None = None,
    ):
        check_method(method, periods)
        self.min_samples = MIN_OBSERVED[method]
        super().__init__(
            input_chunk_length, output_chunk_length, likelihood=named_likelihood(likelihood, quantiles)
        )
        self.method = method
        self.periods = periods

    @property
    def supports_future_covariates(self) -> bool:
        return True

    def _fit_windows(
        self, block: FloatArray, regressors: FloatArray | None, candidates: Sequence[float] | None
    ) -> Continuation:
        return fit_harmonic(
            block, regressors, method=self.method, periods=self.periods, candidates=candidates
        )
