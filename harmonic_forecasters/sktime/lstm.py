"""A long short-term memory as an sktime forecaster."""

from __future__ import annotations

from typing import Any

from harmonic_forecasters.sktime.neural import NeuralForecaster


class LSTMForecaster(NeuralForecaster):
    """A long short-term memory reads the window; one linear layer makes the forecasts from its last state.

    Series of a panel train one network; ``pretrain`` does so on a panel for the series of a later ``fit``.
    In-sample forecasts are refused.

    Parameters
    ----------
    {window}
    hidden_dim : int, default=100
        Units per layer and direction.
    n_rnn_layers : int, default=1
        Stacked layers.
    {dropout}
    bidirectional : bool, default=False
        Read the window from both ends.
    activation : str, default="tanh"
        ``"tanh"`` or ``"relu"``; with ``"relu"`` a plain, slow cell replaces torch's.
    train_on : str, default="window end"
        ``"window end"``, or ``"every position"``: the loss of one step ahead from each position of the
        window, the truth fed in. That needs ``output_chunk_length=1`` and one direction.
    {training}

    {attributes}

    References
    ----------
    .. [1] S. Hochreiter, J. Schmidhuber (1997). Long short-term memory. Neural Computation 9(8), 1735-1780.
    .. [2] F. A. Gers, J. Schmidhuber, F. Cummins (2000). Learning to forget: continual prediction with LSTM.
       Neural Computation 12(10), 2451-2471.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from harmonic_forecasters.sktime import LSTMForecaster
    >>> y = pd.Series(np.sin(np.arange(40.0)), index=pd.period_range("2020-01", periods=40, freq="M"))
    >>> forecaster = LSTMForecaster(12, 4, hidden_dim=8, n_epochs=1, random_state=0)
    >>> forecaster.fit(y).predict(fh=[1, 2, 6]).index.astype(str).to_list()
    ['2023-05', '2023-06', '2023-10']
    """

    _darts_model = "LSTMModel"
    small_networks = ({"hidden_dim": 4},)

    def __init__(
        self,
        input_chunk_length: int,
        output_chunk_length: int,
        *,
        hidden_dim: int = 100,
        n_rnn_layers: int = 1,
        dropout: float = 0.0,
        bidirectional: bool = False,
        activation: str = "tanh",
        train_on: str = "window end",
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
        self.n_rnn_layers = n_rnn_layers
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.activation = activation
        self.train_on = train_on
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
