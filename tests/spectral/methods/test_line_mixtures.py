"""ESPRIT and sparse Bayes, which both answer with a mixture of line spectra, on windows that try them."""

from functools import partial

import numpy as np
import pytest

from harmonic_forecasters.spectral.methods.esprit import fit_esprit
from harmonic_forecasters.spectral.methods.sparse_bayes import fit_sparse_bayes

FITS = {"esprit": fit_esprit, "sparse_bayes": fit_sparse_bayes}
FITS_AND_TWO_LINES = FITS | {"esprit, two lines": partial(fit_esprit, n_lines=2)}


@pytest.mark.parametrize("fit_lines", FITS_AND_TWO_LINES.values(), ids=FITS_AND_TWO_LINES)
def test_degenerate_windows_have_finite_forecasts_lines_and_errors(fit_lines, degenerate_window):
    y = degenerate_window
    fit = fit_lines(y[None])
    t = np.arange(-10, len(y) + 30)
    assert np.isfinite(fit.evaluate(t)).all()
    variance = fit.variance(t)
    assert np.isfinite(variance).all()
    assert (variance >= 0.0).all()
    for table in (fit.lines(), fit.line_errors()):
        for values in (table.frequency, table.amplitude, table.phase):
            assert np.isfinite(values).all()
    assert abs(fit.evaluate(t[: len(y) + 15])).max() < 100.0 * np.nanmax(abs(y)) + 1e-300


@pytest.mark.parametrize("fit_lines", FITS.values(), ids=FITS)
def test_what_is_predictable_is_predicted_without_doubt(fit_lines, predictable_window):
    y = predictable_window
    fit = fit_lines(y[None, :30])
    np.testing.assert_allclose(fit.evaluate(np.arange(40))[0], y, atol=1e-11)
    assert fit.variance(np.arange(40)).max() < 1e-22
