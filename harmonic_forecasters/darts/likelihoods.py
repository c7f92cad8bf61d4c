"""Normal forecast errors in darts' terms: what parameters are shown, and samples."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from darts import TimeSeries
from darts.utils.likelihood_models.base import Likelihood, LikelihoodType, quantile_names
from scipy.special import ndtri
from sklearn.utils import check_random_state

from harmonic_forecasters.spectral.inputs import FloatArray

#: darts' own default.
QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


class Show(NamedTuple):
    """What of a distribution is asked for, in darts' words: parameters, samples, or else its mean."""

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
    def _parameters(self, mean: FloatArray, deviation: FloatArray) -> FloatArray:
        """The parameters along a new last axis."""

    def answers(
        self, series: Sequence[TimeSeries], moments: Sequence[tuple[FloatArray, FloatArray]], show: Show
    ) -> tuple[list[FloatArray], Sequence[TimeSeries]]:
        """Parameters or samples of forecasts, and series that these are described like.

        moments : mean and variance a series, (n_origins, n, n_components), unit of the series and its square.
        Returns arrays of shape (n_origins, n, n_components * n_parameters) or (n_origins, n, n_components,
        num_samples).
        """
        if show.predict_likelihood_parameters:
            return [self.parameters(*each) for each in moments], [self.describe(one) for one in series]
        generator = check_random_state(show.random_state)  # None: numpy's own, as in darts
        return [self.sample(*each, show.num_samples, generator) for each in moments], series

    def parameters(self, mean: FloatArray, variance: FloatArray) -> FloatArray:
        """The parameters of each component after those of the one before.

        mean, variance : (n_origins, n, n_components), unit of the series, and its square.
        Returns (n_origins, n, n_components * n_parameters).
        """
        parameters = self._parameters(mean, np.sqrt(variance))
        return np.asarray(parameters.reshape(*mean.shape[:2], -1))

    def sample(
        self, mean: FloatArray, variance: FloatArray, num_samples: int, generator: np.random.RandomState
    ) -> FloatArray:
        """Draws from the distributions, each step and component by itself.

        Arguments as in :meth:`parameters`.   Returns (n_origins, n, n_components, num_samples).
        """
        draws = generator.standard_normal((*mean.shape, num_samples))
        return np.asarray(mean[..., None] + np.sqrt(variance)[..., None] * draws)

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

    def _parameters(self, mean: FloatArray, deviation: FloatArray) -> FloatArray:
        return np.stack([mean, deviation], axis=-1)


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

    def _parameters(self, mean: FloatArray, deviation: FloatArray) -> FloatArray:
        # q = mean + deviation Phi^-1(probability)
        return np.asarray(mean[..., None] + deviation[..., None] * ndtri(self.quantiles))


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
