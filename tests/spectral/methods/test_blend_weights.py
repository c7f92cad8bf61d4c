"""The rules that weigh a blend, against values worked out by hand."""

import numpy as np
import pytest

from harmonic_forecasters.spectral.methods.blend.members import Member
from harmonic_forecasters.spectral.methods.blend.weights import (
    LINEAR_PREDICTION,
    SPECTRUM,
    Family,
    family_shares,
    normalised,
    tempered,
    weigh,
)


def member(name, family, log_evidence, exact=False):
    return Member(
        name=name,
        family=family,
        predicts="values",
        continuation=None,
        log_evidence=np.array([log_evidence]),
        exact=np.array([exact]),
    )


def test_evidence_counts_as_that_of_fifty_samples():
    log_evidence = np.log([[3.0], [1.0]])
    np.testing.assert_allclose(tempered(log_evidence, 50)[:, 0], [0.75, 0.25])
    np.testing.assert_allclose(tempered(log_evidence, 8)[:, 0], [0.75, 0.25])
    # A window of 100 samples counts half: the odds of 3 become those of its root.
    np.testing.assert_allclose(tempered(log_evidence, 100)[:, 0], np.array([3**0.5, 1.0]) / (3**0.5 + 1.0))


def test_infinite_evidence_takes_all_and_none_takes_nothing():
    np.testing.assert_array_equal(tempered([[np.inf], [5.0], [-np.inf]], 100)[:, 0], [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(tempered([[np.inf], [np.inf]], 100)[:, 0], [0.5, 0.5])


@pytest.mark.parametrize(
    ("spectrum", "prediction", "share"),
    [
        (0.3, 0.0, 0.5),  # ahead by its handicap, the spectrum is an equal
        (0.0, 0.0, 0.4 + 0.2 / (1.0 + np.exp(3.0))),  # 10 samples count: 10 * 0.3
        (0.4, 0.0, 0.4 + 0.2 / (1.0 + np.exp(-1.0))),
        (9.0, 0.0, 0.6),
        (-9.0, 0.0, 0.4),
        (-np.inf, 0.0, 0.0),
        (0.0, -np.inf, 1.0),
        (0.0, np.inf, 0.4),
    ],
)
def test_a_family_gets_its_share_by_the_density_per_sample(spectrum, prediction, share):
    evidence = {SPECTRUM: 100.0 * np.array([spectrum]), LINEAR_PREDICTION: 100.0 * np.array([prediction])}
    shares = family_shares(evidence, 100)
    np.testing.assert_allclose(shares[SPECTRUM], share, atol=1e-12)
    np.testing.assert_allclose(shares[SPECTRUM] + shares[LINEAR_PREDICTION], 1.0)


def test_a_third_family_is_an_entry_like_the_others():
    third = Family(name="third", handicap=0.0, least_share=0.1)
    evidence = {SPECTRUM: np.array([30.0]), LINEAR_PREDICTION: np.array([0.0]), third: np.array([0.0])}
    shares = family_shares(evidence, 100)
    # All three are equals: each has its least share and a third of the remaining tenth.
    for family in evidence:
        np.testing.assert_allclose(shares[family], family.least_share + 0.1 / 3.0)
    members = [member(family.name, family, *value) for family, value in evidence.items()]
    np.testing.assert_allclose(weigh(members, 100)[:, 0], [shares[family][0] for family in evidence])


def test_what_is_exact_takes_all_the_first_family_first():
    plain = [member("a", SPECTRUM, 50.0), member("b", LINEAR_PREDICTION, 0.0)]
    exact = [member("a", SPECTRUM, 50.0, True), member("b", LINEAR_PREDICTION, 0.0, True)]
    assert 0.4 <= weigh(plain, 100)[1, 0] < 0.5
    np.testing.assert_array_equal(weigh([plain[0], exact[1]], 100)[:, 0], [0.0, 1.0])
    np.testing.assert_array_equal(weigh([exact[0], plain[1]], 100)[:, 0], [1.0, 0.0])
    np.testing.assert_array_equal(weigh(exact, 100)[:, 0], [1.0, 0.0])


def test_weights_too_small_to_matter_are_zero_and_the_rest_adds_up():
    weights = normalised(np.array([[1.0], [1.0], [1e-7]]))
    np.testing.assert_array_equal(weights[:, 0], [0.5, 0.5, 0.0])
