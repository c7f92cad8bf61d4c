"""The sktime door: forecasters that obey sktime's interface, on the mathematics of ``spectral``.

Works without darts and without torch; only the forecasters with a network ask for them, when they are fitted.

Examples
--------
>>> from harmonic_forecasters.sktime import DFTForecaster
>>> from sktime.datasets import load_airline
>>> DFTForecaster(trend="linear").fit(load_airline()).predict(fh=[1, 2, 3]).round(1).to_list()
[494.6, 500.6, 514.6]
"""

try:
    from harmonic_forecasters.sktime.dft import DFTForecaster
    from harmonic_forecasters.sktime.gru_seq2seq import GRUSeq2SeqForecaster
    from harmonic_forecasters.sktime.harmonic import HarmonicForecaster
    from harmonic_forecasters.sktime.lstm import LSTMForecaster
    from harmonic_forecasters.sktime.mlp import MLPForecaster
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "sktime":
        raise
    raise ImportError(
        "harmonic_forecasters.sktime needs sktime, which is not installed: "
        "pip install 'harmonic-forecasters[sktime]'"
    ) from error

__all__ = ["DFTForecaster", "GRUSeq2SeqForecaster", "HarmonicForecaster", "LSTMForecaster", "MLPForecaster"]
