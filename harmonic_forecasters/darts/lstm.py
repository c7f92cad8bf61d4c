"""A long short-term memory over the window: see :mod:`harmonic_forecasters.networks.lstm`."""

from __future__ import annotations

from typing import Any

from darts.utils.data import TorchTrainingDataset

from harmonic_forecasters.darts.neural import WindowedModel
from harmonic_forecasters.networks.lstm import LSTM
from harmonic_forecasters.networks.network import one_of

TRAIN_ON = ("window end", "every position")


class LSTMModel(WindowedModel):
    """A long short-term memory reads the window; one linear layer makes all forecasts from its last state.

    Windows, scaling and inputs: :class:`~harmonic_forecasters.darts.neural.WindowedModel`.

    Parameters
    ----------
    {window}
    hidden_dim : units per layer and direction.   n_rnn_layers : stacked layers.
    {dropout}
    bidirectional : read the window from both ends.
    activation : ``"tanh"``, or ``"relu"``, with which a plain cell runs in place of torch's, slowly.
    train_on : ``"window end"``, or ``"every position"``: the loss of one step ahead from each position of the
        window, the truth fed in. It needs ``output_chunk_length=1``, no shift, one direction and no sample
        weights; validation stays at the window's end.
    {training}

    Examples
    --------
    >>> import numpy as np
    >>> from darts import TimeSeries
    >>> series = TimeSeries.from_values(np.sin(np.arange(60.0)))
    >>> model = LSTMModel(12, 4, hidden_dim=8, n_epochs=2, random_state=0)
    >>> len(model.fit(series, verbose=False).predict(9, verbose=False))
    9
    """

    network_class = LSTM
    # At darts' 1e-3, a hundred epochs of a hundred monthly values leave it half trained. Chosen on other
    # monthly series than those that results are quoted for.
    learning_rate = 1e-2

    def __init__(
        self,
        input_chunk_length: int,
        output_chunk_length: int,
        output_chunk_shift: int = 0,
        hidden_dim: int = 100,
        n_rnn_layers: int = 1,
        dropout: float = 0.0,
        bidirectional: bool = False,
        activation: str = "tanh",
        train_on: str = "window end",
        scaling: str | None = "standard",
        **kwargs: Any,
    ):
        every_position = one_of("train_on", train_on, TRAIN_ON) == "every position"
        if every_position and (output_chunk_length != 1 or output_chunk_shift or bidirectional):
            raise ValueError(
                "train_on must be 'window end' unless output_chunk_length is 1, output_chunk_shift 0 and "
                f"bidirectional False, got 'every position' with {output_chunk_length}, {output_chunk_shift} "
                f"and {bidirectional}"
            )
        super().__init__(
            input_chunk_length,
            output_chunk_length,
            output_chunk_shift,
            scaling=scaling,
            network_options={
                "hidden_dim": hidden_dim,
                "n_rnn_layers": n_rnn_layers,
                "dropout": dropout,
                "bidirectional": bidirectional,
                "activation": activation,
            },
            module_options={"every_position": every_position},
            **kwargs,
        )

    def _build_train_dataset(self, *, sample_weight: Any = None, **options: Any) -> TorchTrainingDataset:
        if sample_weight is not None and self._module_options["every_position"]:
            raise ValueError(
                "sample_weight must be None with train_on='every position': it has weights for the output "
                f"chunk alone, got {type(sample_weight).__name__}"
            )
        return super()._build_train_dataset(sample_weight=sample_weight, **options)
