"""A decoder of an encoded window: see :mod:`harmonic_forecasters.networks.gru_seq2seq`."""

from __future__ import annotations

from typing import Any

from darts.utils.likelihood_models.torch import QuantileRegression, TorchLikelihood

from harmonic_forecasters._defaults import GRU_SEQ2SEQ_ENCODER
from harmonic_forecasters.darts.neural import WindowedModel
from harmonic_forecasters.networks.gru_seq2seq import GRUSeq2Seq


class GRUSeq2SeqModel(WindowedModel):
    """Window and DFT are encoded into the state of a recurrent decoder, which is fed its own forecasts.

    Components of a multivariate series are forecast separately, with shared weights. Windows,
    scaling and inputs: :class:`~harmonic_forecasters.darts.neural.WindowedModel`.

    Parameters
    ----------
    {window}
    encoder : ``"mlp"``, an MLP over the window, its amplitudes and its phases; or ``"gru"``, the last state
        of a GRU over the window, beside amplitudes and phases.
    hidden_dim : units of the encoder ``"gru"``.
    state_dim : units of the decoder after the encoder ``"mlp"``.
    {dropout}
    cell : ``"gru"`` or ``"lstm"``, of encoder and decoder.
    detach_feedback : stop the gradient at forecasts that are fed back.
    teacher_forcing : probability that the decoder is fed the truth in place of its own forecast, in training
        alone: a number, or a pair for the first and the last step of a fit, linear in between.
    horizon_weighting : ``"1/h"`` weighs the loss of step h by 1/h; None weighs all steps equally.
    {training}

    Examples
    --------
    >>> import numpy as np
    >>> from darts import TimeSeries
    >>> series = TimeSeries.from_values(np.sin(np.arange(60.0)))
    >>> model = GRUSeq2SeqModel(12, 4, state_dim=8, n_epochs=2, random_state=0)
    >>> len(model.fit(series, verbose=False).predict(9, verbose=False))
    9
    """

    network_class = GRUSeq2Seq

    def __init__(
        self,
        input_chunk_length: int,
        output_chunk_length: int,
        output_chunk_shift: int = 0,
        encoder: str = GRU_SEQ2SEQ_ENCODER,
        hidden_dim: int = 10,
        state_dim: int = 140,
        dropout: float = 0.0,
        cell: str = "gru",
        detach_feedback: bool = False,
        teacher_forcing: float | tuple[float, float] = (1.0, 0.0),
        horizon_weighting: str | None = None,
        scaling: str | None = "standard",
        **kwargs: Any,
    ):
        super().__init__(
            input_chunk_length,
            output_chunk_length,
            output_chunk_shift,
            scaling=scaling,
            network_options={
                "encoder": encoder,
                "hidden_dim": hidden_dim,
                "state_dim": state_dim,
                "dropout": dropout,
                "cell": cell,
                "detach_feedback": detach_feedback,
                "feedback_parameter": _location(kwargs.get("likelihood")),
            },
            module_options={
                "teacher_forcing": _schedule(teacher_forcing),
                "horizon_weighting": _check_weighting(horizon_weighting, kwargs.get("loss_fn")),
            },
            **kwargs,
        )


def _location(likelihood: TorchLikelihood | None) -> int:
    """The parameter that says where a value is: what the decoder is fed of its own outputs."""
    return likelihood.quantiles.index(0.5) if isinstance(likelihood, QuantileRegression) else 0


def _schedule(teacher_forcing: Any) -> tuple[float, float]:
    """Probabilities at the first and at the last step."""
    schedule = teacher_forcing if isinstance(teacher_forcing, (tuple, list)) else 2 * (teacher_forcing,)
    numbers = all(isinstance(probability, (int, float)) for probability in schedule)
    if len(schedule) != 2 or not numbers or not all(0 <= probability <= 1 for probability in schedule):
        raise ValueError(
            f"teacher_forcing must be a probability from 0 to 1 or a pair of them, got {teacher_forcing!r}"
        )
    return schedule[0], schedule[1]


def _check_weighting(horizon_weighting: str | None, loss: Any) -> str | None:
    if horizon_weighting not in (None, "1/h"):
        raise ValueError(f"horizon_weighting must be '1/h' or None, got {horizon_weighting!r}")
    if horizon_weighting and loss is not None and not hasattr(loss, "reduction"):
        raise ValueError(
            "horizon_weighting must be None for a loss_fn without the attribute reduction, which gives the "
            f"losses of single values, got {loss!r}"
        )
    return horizon_weighting
