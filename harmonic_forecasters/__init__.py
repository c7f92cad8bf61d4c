"""Forecasters for signals made of harmonics, as native estimators of darts and of sktime.

This module imports neither framework: take the estimators from the door you use,
``harmonic_forecasters.darts`` or ``harmonic_forecasters.sktime``.
"""

__version__ = "0.1.0"
