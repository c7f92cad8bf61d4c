"""The feed-forward baseline as an sktime forecaster."""

from __future__ import annotations

from typing import Any

from harmonic_forecasters.sktime.neural import _DartsForecaster


class MLPForecaster(_DartsForecaster):
    """A feed-forward network over the window: hidden layers, and all forecasts of a chunk at once.

    The baseline that a recurrent network must beat. Series of a panel train one network; ``pretrain`` does so
    on a panel for the series of a later ``fit``. In-sample forecasts are refused.

    Parameters
    ----------
    input_chunk_length : int
        Samples in the window.
    output_chunk_length : int
        Samples forecast at once. Further ones follow from windows that hold the forecasts before them.
    hidden_dim : int, default=512
        Units a hidden layer.
    n_layers : int, default=2
        Hidden layers.
    dropout : float, default=0.0
        Probability that a hidden unit is dropped in training.
    scaling : "standard", "max" or None, default="standard"
        The unit of each window: its mean, and its deviation or largest distance from the mean; None: none.
    likelihood : darts likelihood or None, default=None
        For instance ``darts.utils.likelihood_models.torch.GaussianLikelihood()``. The point forecast is then
        the median of its samples. None trains on squared errors and has no intervals: the tag
        ``capability:pred_int`` of such an instance is False.
    n_epochs : int or None, default=None
        Epochs of training; None leaves the number to the darts model.
    batch_size : int or None, default=None
        Windows a training step; None leaves the number to the darts model.
    random_state : int or None, default=None
        Seed of weights, batches and samples. None: another one each time, and forecasts that repeat.
    pl_trainer_kwargs : dict or None, default=None
        Of Lightning's trainer. The progress bar is off unless this holds ``"enable_progress_bar": True``.
    torch_kwargs : dict or None, default=None
        All else that darts' torch models take: ``optimizer_kwargs``, ``lr_scheduler_cls``, ``loss_fn``,
        ``save_checkpoints``, ``work_dir``, ...
    fine_tune_epochs : int or None, default=None
        Epochs of ``fit`` after ``pretrain``. None: as many as ``n_epochs``; 0: the pretrained network as it
        is, so that a series as long as the window will do.
    num_samples : int, default=500
        Samples from the likelihood, of which medians, quantiles and variances are taken.

    Attributes
    ----------
    model_ : harmonic_forecasters.darts.MLPModel
        The trained darts model.
    pretrained_model_ : harmonic_forecasters.darts.MLPModel
        That of ``pretrain``.

    See Also
    --------
    harmonic_forecasters.darts.MLPModel : The same as a darts model.

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
