"""The sktime door: forecasters that obey sktime's interface, on the mathematics of ``spectral``.

Works without darts and without torch.

Examples
--------
>>> from harmonic_forecasters.sktime import DFTForecaster
>>> from sktime.datasets import load_airline
>>> DFTForecaster(trend="linear").fit(load_airline()).predict(fh=[1, 2, 3]).round(1).to_list()
[494.6, 500.6, 514.6]
"""

try:
    from harmonic_forecasters.sktime.dft import DFTForecaster
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "sktime":
        raise
    raise ImportError(
        "harmonic_forecasters.sktime needs sktime, which is not installed: "
        "pip install 'harmonic-forecasters[sktime]'"
    ) from error

__all__ = ["DFTForecaster"]
