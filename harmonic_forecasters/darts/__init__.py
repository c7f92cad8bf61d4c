"""The darts door: native darts models for signals made of harmonics.

    from harmonic_forecasters.darts import DFTModel
    forecast = DFTModel().fit(series).predict(24)

Importing a model also tells darts that it is safe to load, so that ``DFTModel.load(path)`` needs no
``trusted=True``. The neural models are imported when they are asked for: they alone need torch.
"""

import copyreg
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd

try:
    from darts.utils.likelihood_models.base import LikelihoodType
    from darts.utils.serialization import add_safe_globals

    from harmonic_forecasters.darts.dft import DFTModel
    from harmonic_forecasters.darts.harmonic import HarmonicModel
    from harmonic_forecasters.darts.likelihoods import MeanAndDeviation, Quantiles
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "darts":
        raise
    raise ImportError(
        "harmonic_forecasters.darts needs darts 0.48 or later: pip install 'harmonic-forecasters[darts]'"
    ) from error

if TYPE_CHECKING:
    from harmonic_forecasters.darts.gru_seq2seq import GRUSeq2SeqModel
    from harmonic_forecasters.darts.lstm import LSTMModel
    from harmonic_forecasters.darts.mlp import MLPModel

__all__ = ["DFTModel", "GRUSeq2SeqModel", "HarmonicModel", "LSTMModel", "MLPModel"]

NEURAL = {
    "GRUSeq2SeqModel": "harmonic_forecasters.darts.gru_seq2seq",
    "LSTMModel": "harmonic_forecasters.darts.lstm",
    "MLPModel": "harmonic_forecasters.darts.mlp",
}
#: What darts' own neural models need, by the names of their imports.
TORCH = ("torch", "pytorch_lightning", "lightning_fabric", "torchmetrics")

# darts lists DataFrame (static covariates) by its name in pandas 3, which pandas 2 does not use.
add_safe_globals([DFTModel, HarmonicModel, MeanAndDeviation, Quantiles, pd.DataFrame])
# Before Python 3.11.4 members of enumerations are pickled as calls of getattr, which darts refuses to load.
copyreg.pickle(LikelihoodType, lambda kind: (LikelihoodType, (kind.value,)))


def __getattr__(name: str) -> Any:
    if name not in NEURAL:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(NEURAL[name]), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in TORCH:
            raise
        raise ImportError(
            f"{name} needs torch and pytorch-lightning: pip install 'harmonic-forecasters[darts]'"
        ) from error
