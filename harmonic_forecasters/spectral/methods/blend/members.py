"""The members of a blend: spectra, linear prediction and seasonal processes, on several scales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.integrated import integrate
from harmonic_forecasters.spectral._parts.logarithmic import Logarithmic, largest_logarithm
from harmonic_forecasters.spectral._parts.square_root import SquareRoot
from harmonic_forecasters.spectral._parts.windows import BoolArray, FloatArray, Windows
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.methods.blend.weights import (
    LINEAR_PREDICTION,
    SEASONAL,
    SPECTRUM,
    Family,
    tempered,
)
from harmonic_forecasters.spectral.methods.iaa import fit_iaa
from harmonic_forecasters.spectral.methods.modified_covariance import (
    LARGEST_EXACT_RESIDUAL,
    fit_modified_covariance,
)
from harmonic_forecasters.spectral.methods.seasonal import (
    LONGEST_FOR_BANK,
    SeasonalProcess,
    fit_processes,
)
from harmonic_forecasters.spectral.methods.seasonal.periods import with_season

#: Predict linearly in log space only if the log values span more than this: over smaller swings logarithms
#: are straight, and sums of sinusoids are continued exactly without them.
SMALLEST_LOG_RANGE = 0.03
#: Smaller square roots, as a share of the mean one, count as this in the evidence.
SMALLEST_ROOT = 0.01

Scale = Literal["values", "square roots", "logarithms"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Member:
    """One model of n_series windows.

    name : unique within the blend.
    family : members of a family share its weight.
    predicts : the scale that the model works on.
    continuation : the model, which answers in the unit of the series on either scale.
    log_evidence : (n_series,), logarithm of the probability density that the model gives the window in the
        unit of the series; minus infinity where it does not apply to a series.
    exact : (n_series,), whether the model reproduces the window up to rounding, so that there is no noise.
    """

    name: str
    family: Family
    predicts: Scale
    continuation: Continuation
    log_evidence: FloatArray
    exact: BoolArray


class Scales:
    """Windows as values, square roots and logarithms.

    values : (n_series, n_samples), finite.
    not_negative : (n_series,), which windows have square roots; those of the others are zero and not used.
    positive : (n_series,), which windows have logarithms, likewise.
    roots : (n_series, n_samples).   logarithms : the same, about their mean, ``centre`` (n_series,).
    """

    def __init__(self, values: FloatArray, positive: BoolArray) -> None:
        self.values, self.positive = values, positive
        self.not_negative = np.asarray(values.min(axis=1) >= 0.0)
        self.roots = np.sqrt(np.where(self.not_negative[:, None], values, 0.0))
        logarithms = np.log(np.where(positive[:, None], values, 1.0))
        self.centre = logarithms.mean(axis=1)
        self.logarithms = logarithms - self.centre[:, None]
        # The density of y is that of log y divided by y.
        self.log_stretch = np.where(positive, logarithms.sum(axis=1), np.inf)
        self._largest = largest_logarithm(self.logarithms)

    @property
    def root_stretch(self) -> FloatArray:
        """(n_series,): the density of y is that of sqrt y divided by 2 sqrt y; infinite without roots."""
        # At zero the density has no bound, and says nothing.
        least = SMALLEST_ROOT * self.roots.mean(axis=1, keepdims=True)
        with np.errstate(divide="ignore"):
            stretch = np.log(2.0 * np.maximum(self.roots, least)).sum(axis=1)
        return np.where(self.not_negative & (stretch > -np.inf), stretch, np.inf)

    @property
    def largest_value(self) -> FloatArray:
        """(n_series,), the largest that models of logarithms forecast; minus infinity without logarithms."""
        with np.errstate(over="ignore"):
            return np.where(self.positive, np.exp(self.centre + self._largest), -np.inf)

    def in_values(self, of_logarithms: Continuation) -> Logarithmic:
        """A model of the logarithms, in the unit of the series."""
        return Logarithmic(of_logarithms, np.exp(self.centre), self._largest)


def fit_members(
    scales: Scales,
    periods: ArrayLike | None,
    seasons: Sequence[tuple[float, ...]],
    like: Sequence[Member] | None = None,
) -> list[Member]:
    """All members of a blend.

    periods : known ones, samples, or None.   seasons : of each window, periods in samples.
    like : members fitted to windows nearly alike. Linear prediction works on logarithms where theirs does,
        and seasonal processes start from theirs; None decides and starts anew.
    """
    spectra = fit_spectra(scales, periods)
    if like is None:
        log_prediction = prefers_logarithms(spectra, scales)
    else:
        log_prediction = like[member_of(like, "linear prediction, logarithms")].log_evidence > -np.inf
    return [*spectra, *fit_predictions(scales, log_prediction), *fit_seasons(scales, seasons, like)]


def fit_spectra(scales: Scales, periods: ArrayLike | None) -> list[Member]:
    """The adaptive spectra of the windows and of their changes, and those of the logarithms if any."""
    n_series, any_positive = len(scales.values), bool(scales.positive.any())
    # All in one batch, which costs one series little more than one model does.
    both = np.concatenate([scales.values, scales.logarithms]) if any_positive else scales.values
    level = fit_iaa(Windows.complete(both), periods=periods)
    changes = integrate(both, fit_iaa(Windows.complete(np.diff(both, axis=1)), periods=periods))
    named = ("spectrum", level), ("spectrum of changes", changes)
    members = []
    for name, fit in named:
        plain = fit.take(slice(n_series))
        members.append(
            Member(
                name=name,
                family=SPECTRUM,
                predicts="values",
                continuation=plain,
                log_evidence=plain.log_evidence,
                exact=plain.unit == 0.0,
            )
        )
    if any_positive:
        for name, fit in named:
            logarithmic = fit.take(slice(n_series, None))
            members.append(
                Member(
                    name=f"{name}, logarithms",
                    family=SPECTRUM,
                    predicts="logarithms",
                    continuation=scales.in_values(logarithmic),
                    log_evidence=logarithmic.log_evidence - scales.log_stretch,
                    exact=scales.positive & (logarithmic.unit == 0.0),
                )
            )
    return members


def prefers_logarithms(spectra: Sequence[Member], scales: Scales) -> BoolArray:
    """Where the spectra of logarithms have more than half of the evidence of the spectra, (n_series,)."""
    weights = tempered(
        [member.log_evidence for member in spectra], scales.values.shape[1], SPECTRUM.evidence_samples
    )
    in_logarithms = [member.predicts == "logarithms" for member in spectra]
    wide = np.ptp(scales.logarithms, axis=1) > SMALLEST_LOG_RANGE
    return np.asarray((weights[in_logarithms].sum(axis=0) > 0.5) & wide)


def fit_predictions(scales: Scales, log_prediction: BoolArray) -> list[Member]:
    """Linear prediction of each window, of its logarithms where asked for."""
    chosen = np.where(log_prediction[:, None], scales.logarithms, scales.values)
    prediction = fit_modified_covariance(Windows.complete(chosen))
    with np.errstate(divide="ignore"):
        density = -0.5 * (np.log(2.0 * np.pi * prediction.noise_variance) + 1.0)
    density -= np.where(log_prediction, scales.centre, 0.0)
    evidence = density * scales.values.shape[1]
    exact = prediction.relative_residual < LARGEST_EXACT_RESIDUAL
    return [
        Member(
            name="linear prediction, logarithms",
            family=LINEAR_PREDICTION,
            predicts="logarithms",
            continuation=scales.in_values(prediction),
            log_evidence=np.where(log_prediction, evidence, -np.inf),
            exact=np.zeros_like(exact),
        ),
        Member(
            name="linear prediction",
            family=LINEAR_PREDICTION,
            predicts="values",
            continuation=prediction,
            log_evidence=np.where(log_prediction, -np.inf, evidence),
            exact=exact & ~log_prediction,
        ),
    ]


def fit_seasons(
    scales: Scales, seasons: Sequence[tuple[float, ...]], like: Sequence[Member] | None
) -> list[Member]:
    """Seasonal processes of the values, of their logarithms, and in short windows of their square roots."""
    start = None if like is None else like[member_of(like, "seasons")].continuation
    assert start is None or isinstance(start, SeasonalProcess)
    process = fit_processes(scales.values, seasons, start)
    members = [_seasonal("seasons", "values", process, process, process.log_evidence)]
    if scales.positive.any():
        # Hyperparameters hardly differ from those of the values.
        logs = fit_processes(scales.logarithms, seasons, process)
        # Without a season nothing tells swings that grow with the level from growth that goes on for ever.
        seasonal = scales.positive & with_season(seasons)
        evidence = _of_values(logs.log_evidence, scales.log_stretch, seasonal)
        in_values = scales.in_values(logs)
        members.append(_seasonal("seasons, logarithms", "logarithms", logs, in_values, evidence))
    # Fewer than that: the part of a window from which its end is forecast has the members of the window.
    if scales.not_negative.any() and scales.values.shape[1] < LONGEST_FOR_BANK:
        roots = fit_processes(scales.roots, seasons, process)
        evidence = _of_values(roots.log_evidence, scales.root_stretch, scales.not_negative)
        members.append(_seasonal("seasons, square roots", "square roots", roots, SquareRoot(roots), evidence))
    return members


def _of_values(log_evidence: FloatArray, log_stretch: FloatArray, applies: BoolArray) -> FloatArray:
    """Log density of the values from that of another scale; minus infinity where that does not apply."""
    usable = applies & (log_stretch < np.inf)
    result: FloatArray = np.subtract(
        log_evidence, log_stretch, out=np.full(len(usable), -np.inf), where=usable
    )
    return result


def _seasonal(
    name: str, predicts: Scale, process: SeasonalProcess, in_values: Continuation, evidence: FloatArray
) -> Member:
    return Member(
        name=name,
        family=SEASONAL,
        predicts=predicts,
        continuation=in_values,
        log_evidence=evidence,
        exact=np.zeros(len(process.windows), dtype=np.bool_),
    )


def member_of(members: Sequence[Member], name: str) -> int:
    """Position of the member of that name."""
    return [member.name for member in members].index(name)
