"""The darts door: native darts models for signals made of harmonics.

    from harmonic_forecasters.darts import DFTModel
    forecast = DFTModel().fit(series).predict(24)

Importing this module also tells darts that its models are safe to load, so that ``DFTModel.load(path)`` needs
no ``trusted=True``.
"""

import pandas as pd

try:
    from darts.utils.serialization import add_safe_globals

    from harmonic_forecasters.darts.dft import DFTModel
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "darts":
        raise
    raise ImportError(
        "harmonic_forecasters.darts needs darts 0.48 or later: pip install 'harmonic-forecasters[darts]'"
    ) from error

__all__ = ["DFTModel"]

# darts lists DataFrame (static covariates) by its name in pandas 3, which pandas 2 does not use.
add_safe_globals([DFTModel, pd.DataFrame])
