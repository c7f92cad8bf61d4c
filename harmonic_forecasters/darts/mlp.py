"""The feed-forward baseline: see :mod:`harmonic_forecasters.networks.mlp`."""

from __future__ import annotations

from typing import Any

from harmonic_forecasters.darts.neural import WindowedModel
from harmonic_forecasters.networks.mlp import MLP


class MLPModel(WindowedModel):
    """The feed-forward baseline: window and covariates through hidden layers to all forecasts at once.

    Windows, scaling and inputs: :class:`~harmonic_forecasters.darts.neural.WindowedModel`.

    Parameters
    ----------
    {window}
    hidden_dim : units per hidden layer.   n_layers : hidden layers.
    {dropout}
    {training}

    Examples
    --------
    >>> import numpy as np
    >>> from darts import TimeSeries
    >>> series = TimeSeries.from_values(np.sin(np.arange(60.0)))
    >>> model = MLPModel(12, 4, hidden_dim=8, n_epochs=2, random_state=0)
    >>> len(model.fit(series, verbose=False).predict(9, verbose=False))
    9
    """

    network_class = MLP

    def __init__(
        self,
        input_chunk_length: int,
        output_chunk_length: int,
        output_chunk_shift: int = 0,
        hidden_dim: int = 512,
        n_layers: int = 2,
        dropout: float = 0.0,
        scaling: str | None = "standard",
        **kwargs: Any,
    ):
        super().__init__(
            input_chunk_length,
            output_chunk_length,
            output_chunk_shift,
            scaling=scaling,
            network_options={"hidden_dim": hidden_dim, "n_layers": n_layers, "dropout": dropout},
            **kwargs,
        )
