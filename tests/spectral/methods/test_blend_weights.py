"""The rules that weigh a blend, against values worked out by hand."""

import numpy as np
import pytest

from harmonic_forecasters.spectral.methods.blend.members import Member
from harmonic_forecasters.spectral.methods.blend.weights import (
    LINEAR_PREDICTION,
    SEASONAL,
    SPECTRUM,
    Family,
    family_shares,
    judged_weights,
    normalised,
    season_leads,
    seasonal_share,
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


def test_evidence_counts_as_that_of_some_samples():
    log_evidence = np.log([[3.0], [1.0]])
    np.testing.assert_allclose(tempered(log_evidence, 50, 50)[:, 0], [0.75, 0.25])
    np.testing.assert_allclose(tempered(log_evidence, 8, 50)[:, 0], [0.75, 0.25])
    # A window of 100 samples counts half: the odds of 3 become those of its root.
    halved = np.array([3**0.5, 1.0]) / (3**0.5 + 1.0)
    np.testing.assert_allclose(tempered(log_evidence, 100, 50)[:, 0], halved)
    np.testing.assert_allclose(tempered(log_evidence, 4, 2)[:, 0], halved)


def test_infinite_evidence_takes_all_and_none_takes_nothing():
    np.testing.assert_array_equal(tempered([[np.inf], [5.0], [-np.inf]], 100, 50)[:, 0], [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(tempered([[np.inf], [np.inf]], 100, 50)[:, 0], [0.5, 0.5])


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
    third = Family(name="third", evidence_samples=50, least_share=0.1)
    evidence = {SPECTRUM: np.array([30.0]), LINEAR_PREDICTION: np.array([0.0]), third: np.array([0.0])}
    shares = family_shares(evidence, 100)
    # All three are equals: each has its least share and a third of the remaining tenth.
    for family in evidence:
        np.testing.assert_allclose(shares[family], family.least_share + 0.1 / 3.0)


MOST, MOST_WITHOUT = 0.8, 0.9
NO_SEASON, FOUND, SEASON = np.array([0.0]), np.array([0.25]), np.array([0.42])


@pytest.mark.parametrize(
    ("n_samples", "season_lead", "spectrum", "prediction", "share"),
    [
        # 21 nats ahead, whatever the length, the waves are equals of the process.
        (100, NO_SEASON, 21.0, 0.0, MOST_WITHOUT / 2),
        (400, NO_SEASON, 21.0, 0.0, MOST_WITHOUT / 2),
        (100, NO_SEASON, 14.0, 7.0, MOST_WITHOUT / 2),
        # Linear prediction that is behind takes nothing away.
        (100, NO_SEASON, 21.0, -50.0, MOST_WITHOUT / 2),
        # 30 samples count.
        (100, NO_SEASON, 11.0, 0.0, MOST_WITHOUT / (1.0 + np.exp(-30.0 * 0.10))),
        (100, NO_SEASON, 26.0, 0.0, MOST_WITHOUT / (1.0 + np.exp(30.0 * 0.05))),
        # With a season that is known the waves need 0.42 per sample more, with one that was found 0.25.
        (100, SEASON, 43.0, 20.0, MOST / 2),
        (100, FOUND, 39.0, 7.0, MOST / 2),
        (100, SEASON, np.inf, 0.0, 0.0),
        (100, SEASON, -np.inf, 0.0, MOST),
    ],
)
def test_the_seasonal_process_gets_its_share_by_the_lead_of_the_waves(
    n_samples, season_lead, spectrum, prediction, share
):
    evidence = {SPECTRUM: [spectrum], LINEAR_PREDICTION: [prediction], SEASONAL: [0.0]}
    evidence = {family: np.array(value) for family, value in evidence.items()}
    found = seasonal_share(evidence, n_samples, season_lead)
    np.testing.assert_allclose(found, share, rtol=1e-9, atol=1e-12)
    members = [member(family.name, family, value[0]) for family, value in evidence.items()]
    weights = weigh(members, n_samples, season_lead)[:, 0]
    np.testing.assert_allclose(weights[2], share, rtol=1e-9, atol=1e-12)
    waves = family_shares({family: evidence[family] for family in (SPECTRUM, LINEAR_PREDICTION)}, n_samples)
    np.testing.assert_allclose(weights[0], (1.0 - share) * waves[SPECTRUM][0], rtol=1e-9, atol=1e-12)


def test_a_season_that_is_known_says_more_than_one_found():
    seasons = [(), (12.0,), (7.0, 30.4)]
    np.testing.assert_array_equal(season_leads(seasons, known=True), [0.0, 0.42, 0.42])
    np.testing.assert_array_equal(season_leads(seasons, known=False), [0.0, 0.25, 0.25])


def test_what_is_exact_takes_all_the_first_family_first():
    seasons = member("c", SEASONAL, 0.0)
    plain = [member("a", SPECTRUM, 50.0), member("b", LINEAR_PREDICTION, 0.0), seasons]
    exact = [member("a", SPECTRUM, 50.0, True), member("b", LINEAR_PREDICTION, 0.0, True), seasons]
    for case, expected in (
        ([plain[0], exact[1], seasons], [0.0, 1.0, 0.0]),
        ([exact[0], plain[1], seasons], [1.0, 0.0, 0.0]),
        (exact, [1.0, 0.0, 0.0]),
    ):
        np.testing.assert_array_equal(weigh(case, 100, SEASON)[:, 0], expected)
    assert (weigh(plain, 100, SEASON)[:, 0] > 0.0).all()


def test_a_family_is_judged_by_its_best_member():
    members = [member("a", SPECTRUM, 0.0), member("b", SPECTRUM, 0.0), member("c", SEASONAL, 0.0)]
    weights, merit = np.array([[0.1], [0.4], [0.5]]), np.array([[1.0], [0.1], [0.2]])
    # The spectra keep their half, shared 0.1 to 0.04, the process a fifth of its own: 0.5 to 0.1.
    expected = np.array([0.5 * 0.1 / 0.14, 0.5 * 0.04 / 0.14, 0.1]) / 0.6
    np.testing.assert_allclose(judged_weights(members, weights, merit)[:, 0], expected)


def test_a_member_without_weight_does_not_speak_for_its_family():
    members = [member("a", SPECTRUM, 0.0), member("b", SPECTRUM, 0.0), member("c", SEASONAL, 0.0)]
    weights, merit = np.array([[0.0], [0.5], [0.5]]), np.array([[1.0], [0.5], [0.5]])
    np.testing.assert_allclose(judged_weights(members, weights, merit)[:, 0], [0.0, 0.5, 0.5])


def test_weights_too_small_to_matter_are_zero_and_the_rest_adds_up():
    weights = normalised(np.array([[1.0], [1.0], [1e-7]]))
    np.testing.assert_array_equal(weights[:, 0], [0.5, 0.5, 0.0])
