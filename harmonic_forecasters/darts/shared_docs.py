"""What the docstrings of all neural darts models say, written once."""

#: name -> text that takes the place of ``{name}`` in the docstring of a model.
SHARED = {
    "window": """
input_chunk_length : samples in the window.
output_chunk_length : samples forecast at once. Further samples are forecast from windows that contain the
    previous forecasts.
output_chunk_shift : samples between the window and the first forecast.
""",
    "dropout": """
dropout : probability that a hidden unit is dropped in training, and in forecasts with ``mc_dropout``.
""",
    "training": """
scaling : how each window is scaled: by its mean and standard deviation (``"standard"``), by its mean and its
    largest distance from the mean (``"max"``), or not at all (None).
kwargs : ``use_static_covariates``, and every option of darts' torch models: ``n_epochs``, ``batch_size``,
    ``likelihood``, ``optimizer_kwargs``, ``random_state``, ``pl_trainer_kwargs``, ...

Raises
------
ValueError : for an option out of its range; the message says the rule and the value.
""",
}
