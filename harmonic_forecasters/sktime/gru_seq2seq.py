"""A decoder of an encoded window as an sktime forecaster."""

from __future__ import annotations

from typing import Any

from harmonic_forecasters._defaults import GRU_SEQ2SEQ_ENCODER
from harmonic_forecasters.sktime.neural import NeuralForecaster


class GRUSeq2SeqForecaster(NeuralForecaster):
    """Window and DFT are encoded into the state of a recurrent decoder, which is fed its own forecasts.

    Columns of a multivariate series are forecast separately, with shared weights. Series of a panel train
    one network; ``pretrain`` does so on a panel for the series of a later ``fit``. In-sample forecasts are
    refused.

    Parameters
    ----------
    {window}
    encoder : str, default="mlp"
        ``"mlp"``, an MLP over the window, its amplitudes and its phases; or ``"gru"``, the last state of a
        GRU over the window, beside amplitudes and phases.
    hidden_dim : int, default=10
        Units of the encoder ``"gru"``.
    state_dim : int, default=140
        Units of the decoder after the encoder ``"mlp"``.
    {dropout}
    cell : str, default="gru"
        ``"gru"`` or ``"lstm"``, of encoder and decoder.
    detach_feedback : bool, default=False
        Stop the gradient at forecasts that are fed back.
    teacher_forcing : float or pair of floats, default=(1.0, 0.0)
        Probability that the decoder is fed the truth in place of its own forecast, in training only: a
        number, or a pair for the first and the last step of a fit, linear in between.
    horizon_weighting : str or None, default=None
        ``"1/h"`` weighs the loss of step h by 1/h; None weighs all steps equally.
    {training}

    {attributes}

    References
    ----------
    .. [1] K. Cho et al. (2014). Learning phrase representations using RNN encoder-decoder for statistical
       machine translation. EMNLP 2014, 1724-1734.
    .. [2] I. Sutskever, O. Vinyals, Q. V. Le (2014). Sequence to sequence learning with neural networks.
       NIPS 2014, 3104-3112.
    .. [3] S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer (2015). Scheduled sampling for sequence prediction
       with recurrent neural networks. NIPS 2015, 1171-1179.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from harmonic_forecasters.sktime import GRUSeq2SeqForecaster
    >>> y = pd.Series(np.sin(np.arange(40.0)), index=pd.period_range("2020-01", periods=40, freq="M"))
    >>> forecaster = GRUSeq2SeqForecaster(12, 4, state_dim=8, n_epochs=1, random_state=0)
    >>> forecaster.fit(y).predict(fh=[1, 2, 6]).index.astype(str).to_list()
    ['2023-05', '2023-06', '2023-10']
    """

    _darts_model = "GRUSeq2SeqModel"
    small_networks = (
        {"state_dim": 8},
        {"encoder": "gru", "hidden_dim": 3, "cell": "lstm", "horizon_weighting": "1/h"},
    )

    def __init__(
        self,
        input_chunk_length: int,
        output_chunk_length: int,
        *,
        encoder: str = GRU_SEQ2SEQ_ENCODER,
        hidden_dim: int = 10,
        state_dim: int = 140,
        dropout: float = 0.0,
        cell: str = "gru",
        detach_feedback: bool = False,
        teacher_forcing: float | tuple[float, float] = (1.0, 0.0),
        horizon_weighting: str | None = None,
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
        self.encoder = encoder
        self.hidden_dim = hidden_dim
        self.state_dim = state_dim
        self.dropout = dropout
        self.cell = cell
        self.detach_feedback = detach_feedback
        self.teacher_forcing = teacher_forcing
        self.horizon_weighting = horizon_weighting
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
