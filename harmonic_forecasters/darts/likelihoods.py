"""Normal forecast errors in darts' terms: what parameters are shown, and samples."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from darts import TimeSeries
from darts.utils.likelihood_models.base import Likelihood, LikelihoodType, quantile_names
from numpy.typing import NDArray

from harmonic_forecasters.spectral import Continuation, FloatArray

#: darts' own default.
QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


class Show(NamedTuple):
    """What is asked for, in darts' words: parameters of the distribution, samples, or else its mean."""

    num_samples: int
    predict_likelihood_parameters: bool
    random_state: int | None

    @property
    def is_mean(self) -> bool:
        """Whether neither samples nor parameters are asked for."""
        return self.num_samples == 1 and not self.predict_likelihood_parameters


class NormalLikelihood(Likelihood):
    """A normal distribution for every step, shown by the parameters that a likelihood names."""

    @abstractmethod
    def parameters(self, fit: Continuation, t: NDArray[np.int64]) -> FloatArray:
        """The parameters at the times t, (n_windows, n_times, n_parameters)."""

    def moments(self, fit: Continuation, t: NDArray[np.int64]) -> FloatArray:
        """Mean and standard deviation at the times t, (n_windows, n_times, 2), unit of the series."""
        return np.stack([fit.evaluate(t), np.sqrt(fit.variance(t))], axis=2)

    def sample(self, moments: FloatArray, num_samples: int, generator: np.random.RandomState) -> FloatArray:
        """Draws from the distributions, each step and component independently.

        moments : (n_origins, n, n_components, 2), as :meth:`moments` gives them.
        Returns (n_origins, n, n_components, num_samples).
        """
        draws = generator.standard_normal((*moments.shape[:3], num_samples))
        return np.asarray(moments[..., :1] + moments[..., 1:] * draws)

    def describe(self, series: TimeSeries) -> TimeSeries:
        """A series that parameters of forecasts of ``series`` look like: its time index, their names."""
        names = self.component_names(series=series)
        return TimeSeries(
            times=series.time_index,
            values=np.zeros((len(series), len(names)), series.dtype),
            components=names,
            freq=series.freq,
            metadata=series.metadata,
        )


class MeanAndDeviation(NormalLikelihood):
    """Shown by mean and standard deviation, named as darts names them: mu and sigma."""

    def __init__(self) -> None:
        super().__init__(LikelihoodType.Gaussian, ["mu", "sigma"])

    def parameters(self, fit: Continuation, t: NDArray[np.int64]) -> FloatArray:
        """Mean and standard deviation: see :meth:`NormalLikelihood.parameters`."""
        return self.moments(fit, t)


class Quantiles(NormalLikelihood):
    """Shown by quantiles.

    quantiles : at least one, above 0 and below 1; their order does not matter. None takes ``QUANTILES``.
    Raises ValueError for others.
    """

    def __init__(self, quantiles: Sequence[float] | None = None) -> None:
        chosen = QUANTILES if quantiles is None else quantiles
        if not _are_quantiles(chosen):
            raise ValueError(
                f"quantiles must be different numbers above 0 and below 1, at least one, got {quantiles!r}"
            )
        self.quantiles = sorted(float(q) for q in chosen)
        super().__init__(LikelihoodType.Quantile, quantile_names(self.quantiles))

    def parameters(self, fit: Continuation, t: NDArray[np.int64]) -> FloatArray:
        """The quantiles: see :meth:`NormalLikelihood.parameters`."""
        return fit.quantiles(t, self.quantiles)


LIKELIHOODS: Mapping[str, Callable[..., NormalLikelihood]] = {
    "gaussian": MeanAndDeviation,
    "quantile": Quantiles,
}


def named_likelihood(name: Any, quantiles: Any) -> NormalLikelihood | None:
    """The likelihood of that name; None for None.

    quantiles : those of ``"quantile"``, None with any other name.
    Raises ValueError for an unknown name, for quantiles out of range, and for quantiles with another name.
    """
    if name is not None and (not isinstance(name, str) or name not in LIKELIHOODS):
        raise ValueError(f"likelihood must be one of None, {', '.join(map(repr, LIKELIHOODS))}, got {name!r}")
    if name == "quantile":
        return Quantiles(quantiles)
    if quantiles is not None:
        raise ValueError(f"quantiles must be None unless likelihood is 'quantile', got {quantiles!r}")
    return None if name is None else LIKELIHOODS[name]()


def _are_quantiles(chosen: Any) -> bool:
    if isinstance(chosen, str) or not isinstance(chosen, (Sequence, np.ndarray)) or len(chosen) == 0:
        return False
    numbers = all(isinstance(q, (float, np.floating)) and 0.0 < q < 1.0 for q in chosen)
    return numbers and len(set(quantile_names([float(q) for q in chosen]))) == len(chosen)
