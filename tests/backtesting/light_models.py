"""Models of darts that fail or wait, apart from the spies: a worker that runs them need not import sktime."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np
from darts.models import NaiveSeasonal

#: Environment variable with the path of the gate file: a gated model waits as long as that file exists.
GATE_VARIABLE = "LIGHT_MODELS_GATE"


class Failing(NaiveSeasonal):
    """Fails in fit: by an exception, by sys.exit, or by ending its process."""

    def __init__(self, how: str = "raise"):
        super().__init__(K=1)
        self.how = how

    def fit(self, series, **kwargs):
        if self.how == "exit":
            os._exit(7)
        if self.how == "sys.exit":
            sys.exit("enough")
        raise RuntimeError("the <b>spy</b> refuses to fit")


class Gated(NaiveSeasonal):
    """Waits while the gate file exists. Adds noise from numpy's global generator to its forecasts."""

    def fit(self, series, **kwargs):
        gate = os.environ.get(GATE_VARIABLE)
        while gate and Path(gate).exists():
            time.sleep(0.05)
        return super().fit(series, **kwargs)

    def predict(self, n, **kwargs):
        honest = super().predict(n, **kwargs)
        return honest.with_values(honest.values() + np.random.normal(size=(n, 1)))  # noqa: NPY002
