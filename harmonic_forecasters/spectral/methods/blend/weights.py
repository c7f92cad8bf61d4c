"""Rules that weigh the members of a blend, each with its constant and the reason for it.

The constants were chosen on development seeds of noisy sums of sinusoids and on development halves of real
series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, softmax

from harmonic_forecasters.spectral._parts.windows import FloatArray
from harmonic_forecasters.spectral.methods.seasonal.periods import with_season

if TYPE_CHECKING:
    from harmonic_forecasters.spectral.methods.blend.members import Member

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
    evidence_samples : samples that a window counts for when members of the family are compared. Neighbouring
        samples are not independent evidence: if all of them count, one member takes all of a long window, and
        forecasts are worse.
    handicap : log density per sample by which the family must be ahead of one without a handicap to count as
        its equal.
    least_share : least weight of the family among the families that know waves alone.
    """

    name: str
    evidence_samples: int
    handicap: float = 0.0
    least_share: float = 0.0


# The spectra have a power for every frequency, so they describe a window more easily than they forecast it.
# Neither family gets less than two fifths: evidence says little about which one will forecast better.
SPECTRUM = Family(name="spectrum", evidence_samples=50, handicap=0.3, least_share=0.4)
LINEAR_PREDICTION = Family(name="linear prediction", evidence_samples=50, least_share=0.4)
# Values, their square roots and their logarithms are nearly as good as each other on most series, and their
# mean is better than any; evidence only has to rule out what does not fit at all.
SEASONAL = Family(name="seasonal", evidence_samples=2)
#: Log density by which an adaptive spectrum describes any short window better than a seasonal process, since
#: it has more to choose. With this lead both share evenly.
EVEN_LEAD = 21.0
#: What is added to that per sample where a season is known, and where one was found: series that follow a
#: calendar are seldom sums of sinusoids.
KNOWN_SEASON_LEAD, FOUND_SEASON_LEAD = 0.42, 0.25
#: Samples that a window counts for when the waves are compared with the seasonal process.
LEAD_SAMPLES = 30
#: Least weight of the waves, with a season and without: they know what a process about level and seasons does
#: not.
LEAST_SHARES_OF_WAVES = 0.2, 0.1


def tempered(log_evidence: ArrayLike, n_samples: int, evidence_samples: int) -> FloatArray:
    """Weights from evidence that counts as that of at most ``evidence_samples`` samples, adding up to 1.

    log_evidence : (n_models, n_series).   Returns the same shape.
    """
    evidence = np.asarray(log_evidence, dtype=np.float64)
    best = evidence.max(axis=0)
    # The evidence of a model without noise is infinite.
    behind = np.subtract(evidence, best, out=np.zeros_like(evidence), where=evidence != best)
    weights = np.exp(behind / max(1.0, n_samples / evidence_samples))
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


def season_leads(seasons: Sequence[tuple[float, ...]], *, known: bool) -> FloatArray:
    """What a season adds to the even lead, per sample, (n_series,); 0 where there is none.

    seasons : periods of each window, samples.   known : whether any are known, and not all found.
    """
    return np.where(with_season(seasons), KNOWN_SEASON_LEAD if known else FOUND_SEASON_LEAD, 0.0)


def seasonal_share(
    log_evidence: Mapping[Family, FloatArray], n_samples: int, season_lead: FloatArray
) -> FloatArray:
    """The share of the seasonal process, (n_series,), from the evidence of the best member of each family.

    log_evidence : (n_series,) for each family, as in :func:`family_shares`.
    season_lead : (n_series,), from :func:`season_leads`.
    The waves lead by as much as the spectrum is ahead of the process. Linear prediction adds its own lead if
    it has one; it has no level, so if it is behind, that says nothing of waves.
    """
    process = log_evidence[SEASONAL]
    with np.errstate(invalid="ignore"):
        spectrum, prediction = (
            np.nan_to_num(log_evidence[family] - process, nan=0.0) for family in (SPECTRUM, LINEAR_PREDICTION)
        )
    lead = (spectrum + np.maximum(prediction, 0.0) - EVEN_LEAD) / n_samples - season_lead
    least = np.where(season_lead > 0.0, *LEAST_SHARES_OF_WAVES)
    with np.errstate(over="ignore"):
        return np.asarray((1.0 - least) * expit(-LEAD_SAMPLES * lead))


def weigh(members: Sequence[Member], n_samples: int, season_lead: FloatArray) -> FloatArray:
    """Weights of the members by evidence, (n_members, n_series), adding up to 1 for every series.

    n_samples : of the windows.   season_lead : (n_series,), from :func:`season_leads`.
    Within a family by tempered evidence, between the families of waves by :func:`family_shares`, and between
    them and the seasonal process by :func:`seasonal_share`. Where a member is exact, its family takes all; if
    several are, the first.
    """
    rows: dict[Family, list[int]] = {}
    for i, member in enumerate(members):
        rows.setdefault(member.family, []).append(i)
    evidence = np.array([member.log_evidence for member in members])
    best = {family: evidence[own].max(axis=0) for family, own in rows.items()}
    of_process = seasonal_share(best, n_samples, season_lead)
    waves = {family: each for family, each in best.items() if family is not SEASONAL}
    shares = {family: share * (1.0 - of_process) for family, share in family_shares(waves, n_samples).items()}
    shares[SEASONAL] = of_process
    weights = np.empty_like(evidence)
    decided = np.zeros(evidence.shape[1], dtype=np.bool_)
    for family, own in rows.items():
        exact = np.any([members[i].exact for i in own], axis=0) & ~decided
        shares = {other: np.where(exact, float(other is family), share) for other, share in shares.items()}
        decided |= exact
    for family, own in rows.items():
        weights[own] = tempered(evidence[own], n_samples, family.evidence_samples) * shares[family]
    return normalised(weights)


def judged_weights(members: Sequence[Member], weights: FloatArray, merit: FloatArray) -> FloatArray:
    """Weights after the held-out part has judged: a member's times its merit, a family's times its best.

    weights, merit : (n_members, n_series). So a family with one good member among several keeps its share.
    """
    result = weights * merit
    for family in dict.fromkeys(member.family for member in members):
        own = [member.family is family for member in members]
        best = np.where(weights[own] > 0.0, merit[own], 0.0).max(axis=0)
        total = result[own].sum(axis=0)
        share = weights[own].sum(axis=0) * best
        result[own] *= np.divide(share, total, out=np.zeros_like(total), where=total > 0.0)
    return normalised(result)


def normalised(weights: FloatArray) -> FloatArray:
    """Weights that add up to 1 for each series, without those too small to matter."""
    weights = weights / weights.sum(axis=0)
    weights[weights < SMALLEST_WEIGHT] = 0.0
    return np.asarray(weights / weights.sum(axis=0))
