"""sktime's own suite on every public estimator, every check a test, nothing excluded."""

import pytest
from sktime.utils.estimator_checks import check_estimator, parametrize_with_checks

import harmonic_forecasters.sktime as door

ESTIMATORS = [getattr(door, name) for name in door.__all__]


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@parametrize_with_checks(ESTIMATORS, obj_varname="estimator", check_varname="check")
def test_obeys_sktime(estimator, check):
    check_estimator(estimator, tests_to_run=check, raise_exceptions=True, verbose=False)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_suite_has_something_to_say(estimator):
    """An estimator that the suite does not recognise would pass unchecked."""
    results = check_estimator(estimator, tests_to_run=["test_pred_int_tag", "test_clone"], verbose=False)
    assert len(results) > 2
    assert set(results.values()) == {"PASSED"}
