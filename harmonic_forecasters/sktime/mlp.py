"""The feed-forward baseline as an sktime forecaster."""

from __future__ import annotations

from typing import Any

from harmonic_forecasters.sktime.neural import NeuralForecaster


class MLPForecaster(NeuralForecaster):
    """A feed-forward network over the window: hidden layers, and all forecasts of a chunk at once.

    The baseline that a recurrent network must beat. Series of a panel train one network; ``pretrain`` does so
    on a panel for the series of a later ``fit``. In-sample forecasts are refused.

    Parameters
    ----------
    {window}
    hidden_dim : int, default=512
        Units per hidden layer.
    n_layers : int, default=2
        Hidden layers.
    {dropout}
    {training}

    {attributes}

    References
    ----------
    .. [1] D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986). Learning representations by back-propagating
       errors. Nature 323, 533-536.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from harmonic_forecasters.sktime import MLPForecaster
    >>> y = pd.Series(np.sin(np.arange(40.0)), index=pd.period_range("2020-01", periods=40, freq="M"))
    >>> forecaster = MLPForecaster(12, 4, hidden_dim=8, n_epochs=1, random_state=0)
    >>> forecaster.fit(y).predict(fh=[1, 2, 6]).index.astype(str).to_list()
    ['2023-05', '2023-06', '2023-10']
    """

    _darts_model = "MLPModel"
    small_networks = ({"hidden_dim": 8},)

    def __init__(
        self,
        input_chunk_length: int,
        output_chunk_length: int,
        *,
        hidden_dim: int = 512,
        n_layers: int = 2,
        dropout: float = 0.0,
        scaling: str | None = "standard",
        likelihood: Any = None,
        n_epochs: int | None = None,
        batch_size: int | None = None,
        random_state: int | None = None,
        pl_trainer_kwargs: dict[str, Any] | None = None,
        torch_kwargs: dict[str, Any] | None = None,
        fine_tune_epochs: int | None = None,
        num_samples: int = 500,
    ) -> None:
        self.input_chunk_length = input_chunk_length
        self.output_chunk_length = output_chunk_length
        self.hidden_dim = hidden_dim
        self.n_layers = n_layers
        self.dropout = dropout
        self.scaling = scaling
        self.likelihood = likelihood
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.random_state = random_state
        self.pl_trainer_kwargs = pl_trainer_kwargs
        self.torch_kwargs = torch_kwargs
        self.fine_tune_epochs = fine_tune_epochs
        self.num_samples = num_samples
        super().__init__()
