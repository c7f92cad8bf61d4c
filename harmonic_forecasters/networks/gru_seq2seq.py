"""An encoder of the window and its spectrum, and a decoder that is fed its own forecasts."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor, nn

from harmonic_forecasters._checks import check_flag, check_whole_number
from harmonic_forecasters._defaults import GRU_SEQ2SEQ_ENCODER
from harmonic_forecasters.networks.network import Network, Sizes, one_of
from harmonic_forecasters.networks.window_encoder import CELLS, DenseEncoder, RecurrentEncoder

ENCODERS = ("gru", "mlp")


class GRUSeq2Seq(Network):
    """Window and DFT encoded into the first state of a recurrent decoder, one forecast per step.

        s_0 = encoder(y_1..y_N, amplitudes, phases)
        s_h = cell((yhat_{h-1}, features of step h), s_{h-1}),   yhat_0 = y_N
        yhat_h = W_2 relu(W_1 s_h + b_1) + b_2

    Components of a multivariate series are forecast separately with the same weights, each from its own
    window and DFT; past features enter the encoder, future and static features the decoder at each step.

    encoder : ``"gru"``, the last hidden state of a GRU over the window, joined with amplitudes and phases of
        its DFT (:func:`~.window_dft.amplitudes_and_phases`), which makes a state of
        hidden_dim + 2 (input_length // 2 + 1); or ``"mlp"``, window, amplitudes and phases through one hidden
        layer with ReLU to a state of state_dim.
    hidden_dim : units of the encoder ``"gru"``.   state_dim : units of the state for the encoder ``"mlp"``.
    cell : ``"gru"`` or ``"lstm"``, in encoder and decoder; an LSTM's cell state is encoded as its h is.
    detach_feedback : stop the gradient at outputs that are fed back; by default it flows through them.
    feedback_parameter : which of the n_parameters is fed back: 0, for a mean or location, or the index of the
        median for quantiles.
    dropout : of the hidden layer of the encoder ``"mlp"`` and of the states that enter the decoder's head.
    Other sizes: :class:`~.network.Sizes`.

    With ``truth``, each step of each series is fed the true y_{h-1} with probability ``teacher_forcing``,
    drawn from torch's global generator, as dropout is.

    Source: Cho et al. (2014), Learning phrase representations using RNN encoder-decoder (the GRU);
    Sutskever, Vinyals, Le (2014), Sequence to sequence learning; Williams, Zipser (1989), A learning
    algorithm for continually running fully recurrent neural networks (teacher forcing); Bengio et al. (2015),
    Scheduled sampling.

    Examples
    --------
    >>> network = GRUSeq2Seq(input_length=100, output_length=10, encoder="gru")
    >>> sum(weight.numel() for weight in network.parameters())
    45415
    >>> network(torch.zeros(32, 100, 1)).shape
    torch.Size([32, 10, 1, 1])
    """

    def __init__(
        self,
        *,
        encoder: str = GRU_SEQ2SEQ_ENCODER,
        hidden_dim: int = 10,
        state_dim: int = 140,
        cell: str = "gru",
        detach_feedback: bool = False,
        feedback_parameter: int = 0,
        **sizes: Unpack[Sizes],
    ):
        super().__init__(**sizes)
        check_whole_number("hidden_dim", hidden_dim, 1)
        check_whole_number("state_dim", state_dim, 2)
        one_of("encoder", encoder, ENCODERS)
        one_of("cell", cell, CELLS)
        check_flag("detach_feedback", detach_feedback)
        if not 0 <= feedback_parameter < self.n_parameters:
            raise ValueError(
                "feedback_parameter must be at least 0 and below n_parameters, "
                f"{self.n_parameters}, got {feedback_parameter}"
            )
        self.is_lstm = cell == "lstm"
        self.detach_feedback = detach_feedback
        self.feedback_parameter = feedback_parameter
        self.encoder: RecurrentEncoder | DenseEncoder
        if encoder == "gru":
            self.encoder = RecurrentEncoder(self.input_length, self.n_past_features, hidden_dim, cell)
        else:
            self.encoder = DenseEncoder(
                self.input_length, self.n_past_features, state_dim, cell, self.dropout
            )
        state_dim = self.encoder.state_dim
        self.cell = CELLS[cell][1](1 + self.n_future_features + self.n_static_features, state_dim)
        self.head = nn.Sequential(
            nn.Dropout(self.dropout),
            nn.Linear(state_dim, state_dim // 2),
            nn.ReLU(),
            nn.Linear(state_dim // 2, self.n_parameters),
        )

    def forward(
        self,
        past: Tensor,
        future: Tensor | None = None,
        static: Tensor | None = None,
        *,
        truth: Tensor | None = None,
        teacher_forcing: float = 0.0,
    ) -> Tensor:
        """As :meth:`Network.forward`."""
        # One row per series and component: (batch * n_targets, ...).
        windows = _rows(past[..., : self.n_targets])
        state = self.encoder(windows, self._shared(past[..., self.n_targets :]))
        features = self._step_features(future, static)
        answers = None if truth is None or teacher_forcing <= 0.0 else _rows(truth)
        forced = None if answers is None else torch.rand_like(answers) < teacher_forcing
        outputs = []
        value = windows[:, -1:]
        for step in range(self.output_length):
            seen = value if features is None else torch.cat([value, features[:, step]], dim=1)
            state = self.cell(seen, state)
            output = self.head(state[0] if self.is_lstm else state)
            outputs.append(output)
            value = output[:, self.feedback_parameter, None]
            if self.detach_feedback:
                value = value.detach()
            if answers is not None and forced is not None:
                value = torch.where(forced[:, step, None], answers[:, step, None], value)
        by_target = (-1, self.n_targets, self.output_length, self.n_parameters)
        return torch.stack(outputs, dim=1).reshape(by_target).transpose(1, 2)

    def _step_features(self, future: Tensor | None, static: Tensor | None) -> Tensor | None:
        """Features of each step, (n_rows, output_length, n_future_features + n_static_features), or None."""
        if static is not None:
            static = static[:, None].expand(-1, self.output_length, -1)
        parts = [part for part in (future, static) if part is not None]
        return self._shared(torch.cat(parts, dim=2)) if parts else None

    def _shared(self, features: Tensor) -> Tensor:
        """Repeat (batch, ...) for every component: (batch * n_targets, ...)."""
        return features.repeat_interleave(self.n_targets, dim=0)


def _rows(values: Tensor) -> Tensor:
    """(batch, length, n_targets) -> (batch * n_targets, length)."""
    return values.transpose(1, 2).flatten(0, 1)
