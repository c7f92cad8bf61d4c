"""What the docstrings of all sktime networks say, written once."""

#: name -> text that takes the place of ``{name}`` in the docstring of a forecaster, with darts model {model}.
SHARED = {
    "window": """
input_chunk_length : int
    Samples in the window.
output_chunk_length : int
    Samples forecast at once. Further samples are forecast from windows that contain the previous forecasts.
""",
    "dropout": """
dropout : float, default=0.0
    Probability that a hidden unit is dropped in training.
""",
    "training": """
scaling : "standard", "max" or None, default="standard"
    How each window is scaled: by its mean and standard deviation ("standard"), by its mean and its largest
    distance from the mean ("max"), or not at all (None).
likelihood : darts likelihood or None, default=None
    For instance ``darts.utils.likelihood_models.torch.GaussianLikelihood()``. The point forecast is then the
    median of its samples. None trains on squared errors and has no intervals: the tag
    ``capability:pred_int`` of such an instance is False.
n_epochs : int or None, default=None
    Epochs of training; None takes the number of the darts model.
batch_size : int or None, default=None
    Windows per training step; None takes the number of the darts model.
random_state : int or None, default=None
    Seed of weights, batches and samples. None draws a new seed for each fit; forecasts of one fit repeat.
pl_trainer_kwargs : dict or None, default=None
    Arguments of Lightning's trainer. The progress bar is off unless this holds
    ``"enable_progress_bar": True``.
torch_kwargs : dict or None, default=None
    Any other argument of darts' torch models: ``optimizer_kwargs``, ``lr_scheduler_cls``, ``loss_fn``,
    ``save_checkpoints``, ``work_dir``, ...
fine_tune_epochs : int or None, default=None
    Epochs of ``fit`` after ``pretrain``. None: as many as ``n_epochs``; 0: use the pretrained network as it
    is, so that a series as long as the window is enough.
num_samples : int, default=500
    Samples drawn from the likelihood for medians, quantiles and variances.
""",
    "attributes": """
Attributes
----------
model_ : harmonic_forecasters.darts.{model}
    The trained darts model.
pretrained_model_ : harmonic_forecasters.darts.{model}
    The darts model that ``pretrain`` trained.

See Also
--------
harmonic_forecasters.darts.{model} : The same as a darts model.
""",
}
