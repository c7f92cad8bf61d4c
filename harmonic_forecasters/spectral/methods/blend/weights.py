"""Rules that weigh the members of a blend, each with its constant and the reason for it.

The constants were chosen on development seeds of noisy sums of sinusoids and on the training parts of real
series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import softmax

from harmonic_forecasters.spectral._parts.windows import FloatArray

if TYPE_CHECKING:
    from harmonic_forecasters.spectral.methods.blend.members import Member

#: Samples that a window counts for when the spectra are compared. Neighbouring samples are not independent
#: evidence: if all of them count, one spectrum takes all of a long window, and forecasts are worse.
SPECTRUM_SAMPLES = 50
#: The same when families are compared.
FAMILY_SAMPLES = 10
#: Smaller weights are set to zero: what they add costs time and changes no digit that matters.
SMALLEST_WEIGHT = 1e-6
#: Differences of log density per sample beyond this decide completely; it keeps infinite ones finite.
_LARGEST_LEAD = 1e3


@dataclass(frozen=True, kw_only=True)
class Family:
    """Members that share one weight.

    name : unique.
    handicap : log density per sample by which the family must be ahead of one without a handicap to count as
        its equal.
    least_share : least weight of the family.
    """

    name: str
    handicap: float
    least_share: float


# The spectra have a power for every frequency, so they describe a window more easily than they forecast it.
# Neither family gets less than two fifths: evidence says little about which one will forecast better.
SPECTRUM = Family(name="spectrum", handicap=0.3, least_share=0.4)
LINEAR_PREDICTION = Family(name="linear prediction", handicap=0.0, least_share=0.4)


def tempered(log_evidence: ArrayLike, n_samples: int) -> FloatArray:
    """Weights from evidence that counts as that of at most ``SPECTRUM_SAMPLES`` samples, adding up to 1.

    log_evidence : (n_models, n_series).   Returns the same shape.
    """
    evidence = np.asarray(log_evidence, dtype=np.float64)
    best = evidence.max(axis=0)
    # The evidence of a model without noise is infinite.
    behind = np.subtract(evidence, best, out=np.zeros_like(evidence), where=evidence != best)
    weights = np.exp(behind / max(1.0, n_samples / SPECTRUM_SAMPLES))
    return np.asarray(weights / weights.sum(axis=0))


def family_shares(log_evidence: Mapping[Family, FloatArray], n_samples: int) -> dict[Family, FloatArray]:
    """The share of each family, (n_series,), from the evidence of its best member.

    log_evidence : (n_series,) for each family; plus infinity for a model without noise, minus infinity where
        no member applies to a series, which gives the family nothing.
    """
    evidence = np.array(list(log_evidence.values()))
    least = np.array([[family.least_share] for family in log_evidence]) * (evidence > -np.inf)
    density = evidence / n_samples - np.array([[family.handicap] for family in log_evidence])
    best = density.max(axis=0)
    behind = np.subtract(density, best, out=np.zeros_like(density), where=density != best)
    won = softmax(np.maximum(behind, -_LARGEST_LEAD) * min(FAMILY_SAMPLES, n_samples), axis=0)
    return dict(zip(log_evidence, least + (1.0 - least.sum(axis=0)) * won, strict=True))


def weigh(members: Sequence[Member], n_samples: int) -> FloatArray:
    """Weights of the members by evidence, (n_members, n_series), adding up to 1 for every series.

    Within a family by tempered evidence, between families by :func:`family_shares`. Where a member is exact,
    its family takes all; if several are, the first.
    """
    rows: dict[Family, list[int]] = {}
    for i, member in enumerate(members):
        rows.setdefault(member.family, []).append(i)
    evidence = np.array([member.log_evidence for member in members])
    shares = family_shares({family: evidence[own].max(axis=0) for family, own in rows.items()}, n_samples)
    weights = np.empty_like(evidence)
    decided = np.zeros(evidence.shape[1], dtype=np.bool_)
    for family, own in rows.items():
        exact = np.any([members[i].exact for i in own], axis=0) & ~decided
        shares = {other: np.where(exact, float(other is family), share) for other, share in shares.items()}
        decided |= exact
    for family, own in rows.items():
        weights[own] = tempered(evidence[own], n_samples) * shares[family]
    return normalised(weights)


def normalised(weights: FloatArray) -> FloatArray:
    """Weights that add up to 1 for each series, without those too small to matter."""
    weights = weights / weights.sum(axis=0)
    weights[weights < SMALLEST_WEIGHT] = 0.0
    return np.asarray(weights / weights.sum(axis=0))
