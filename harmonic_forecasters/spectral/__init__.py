"""The mathematics: arrays in, arrays out, on numpy and scipy alone.

    from harmonic_forecasters.spectral import fit_harmonic
    forecast = fit_harmonic(windows).evaluate(times)

* :func:`fit_harmonic` and :func:`fit_dft` take windows, (n_series, n_samples), and return a
  :class:`Continuation`: mean, variance and quantiles at any time, and the sinusoids as a
  :class:`LineSpectrum`. With regressors, :func:`fit_harmonic` returns a :class:`Regression`.
* ``METHODS`` holds the methods of :func:`fit_harmonic` by name, each a module of ``spectral.methods``.
* :func:`fit_components` adds standard errors, shares and groups to sinusoids: :class:`Components`.
* :func:`in_threads` computes large batches in blocks.

Modules under ``_parts`` are private.
"""

from harmonic_forecasters.spectral._parts.block_sizes import LIGHT_BLOCK_VALUES
from harmonic_forecasters.spectral._parts.threads import in_threads
from harmonic_forecasters.spectral._parts.windows import FloatArray, check_windows
from harmonic_forecasters.spectral.components import Components, fit_components
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.harmonic import (
    METHODS,
    MIN_OBSERVED,
    TAKING_PERIODS,
    check_method,
    fit_harmonic,
)
from harmonic_forecasters.spectral.lines import LineSpectrum, Table
from harmonic_forecasters.spectral.methods.dft import check_dft_options, fit_dft
from harmonic_forecasters.spectral.regression import Regression, check_number

__all__ = [
    "LIGHT_BLOCK_VALUES",
    "METHODS",
    "MIN_OBSERVED",
    "TAKING_PERIODS",
    "Components",
    "Continuation",
    "FloatArray",
    "LineSpectrum",
    "Regression",
    "Table",
    "check_dft_options",
    "check_method",
    "check_number",
    "check_windows",
    "fit_components",
    "fit_dft",
    "fit_harmonic",
    "in_threads",
]
