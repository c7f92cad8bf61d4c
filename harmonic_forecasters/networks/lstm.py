"""A long short-term memory over the window, and one linear layer to the values after it."""

from __future__ import annotations

from typing import Unpack

import torch
from torch import Tensor, nn

from harmonic_forecasters._checks import check_flag, check_whole_number
from harmonic_forecasters.networks.network import Network, Sizes, join_flat, one_of
from harmonic_forecasters.networks.plain_lstm import ACTIVATIONS, PlainLSTM


class LSTM(Network):
    """The window through LSTM layers; all outputs from the last hidden state by one linear layer.

        output = W (h_last, future features, static features) + b

    hidden_dim : units per layer and direction, at least 1.   n_rnn_layers : stacked layers, at least 1.
    bidirectional : read the window from both ends; h_last then joins the states at both ends of it.
    activation : ``"tanh"``, torch's own layer, or ``"relu"``: see :class:`~.plain_lstm.PlainLSTM`.
    dropout : of the states between layers, and of those that enter the linear layer.
    Other sizes: :class:`~.network.Sizes`.

    Source: Hochreiter, Schmidhuber (1997), Long short-term memory, Neural Computation 9; Gers, Schmidhuber,
    Cummins (2000), Learning to forget, Neural Computation 12.

    Examples
    --------
    >>> network = LSTM(input_length=100, output_length=1, hidden_dim=100)
    >>> sum(weight.numel() for weight in network.parameters())
    41301
    >>> network(torch.zeros(2, 100, 1)).shape, network.every_position(torch.zeros(2, 100, 1)).shape
    (torch.Size([2, 1, 1, 1]), torch.Size([2, 100, 1, 1]))
    """

    def __init__(
        self,
        *,
        hidden_dim: int = 100,
        n_rnn_layers: int = 1,
        bidirectional: bool = False,
        activation: str = "tanh",
        **sizes: Unpack[Sizes],
    ):
        super().__init__(**sizes)
        check_whole_number("hidden_dim", hidden_dim, 1)
        check_whole_number("n_rnn_layers", n_rnn_layers, 1)
        check_flag("bidirectional", bidirectional)
        one_of("activation", activation, ACTIVATIONS)
        self.bidirectional = bidirectional
        n_inputs = self.n_targets + self.n_past_features
        # torch warns of a dropout between layers where there is only one.
        between = self.dropout if n_rnn_layers > 1 else 0.0
        self.rnn: nn.LSTM | PlainLSTM
        if activation == "tanh":
            self.rnn = nn.LSTM(
                n_inputs,
                hidden_dim,
                n_rnn_layers,
                batch_first=True,
                bidirectional=bidirectional,
                dropout=between,
            )
        else:
            self.rnn = PlainLSTM(
                n_inputs,
                hidden_dim,
                n_rnn_layers,
                bidirectional=bidirectional,
                dropout=between,
                activation=activation,
            )
        self.drop = nn.Dropout(self.dropout)
        n_features = self.output_length * self.n_future_features + self.n_static_features
        n_outputs = self.output_length * self.n_targets * self.n_parameters
        self.linear = nn.Linear(hidden_dim * (2 if bidirectional else 1) + n_features, n_outputs)

    def forward(
        self,
        past: Tensor,
        future: Tensor | None = None,
        static: Tensor | None = None,
        *,
        truth: Tensor | None = None,  # noqa: ARG002
        teacher_forcing: float = 0.0,  # noqa: ARG002
    ) -> Tensor:
        """As :meth:`Network.forward`; truth and teacher_forcing are ignored."""
        _, (h, _) = self.rnn(past)
        # The last layer's directions come last.
        last = torch.cat(h[-2:].unbind(0), dim=1) if self.bidirectional else h[-1]
        flat: Tensor = self.linear(join_flat(self.drop(last), future, static))
        return flat.reshape(-1, self.output_length, self.n_targets, self.n_parameters)

    def every_position(
        self, past: Tensor, future: Tensor | None = None, static: Tensor | None = None
    ) -> Tensor:
        """One step ahead from every position of the window, the truth fed in: output t sees inputs 0..t.

        past : (batch, input_length, n_targets + n_past_features).
        future : (batch, input_length, n_future_features), at t the features of step t + 1; or None.
        static : (batch, n_static_features) or None.
        Returns (batch, input_length, n_targets, n_parameters); the last position equals ``forward``.
        Raises ValueError where output_length is not 1, or bidirectional layers would see the answer.
        """
        if self.output_length != 1:
            raise ValueError(
                f"output_length must be 1 for outputs at every position, got {self.output_length}"
            )
        if self.bidirectional:
            raise ValueError(
                "bidirectional must be False for outputs at every position, got True: "
                "it would see the values to forecast"
            )
        states, _ = self.rnn(past)
        if static is not None:
            static = static[:, None].expand(-1, past.shape[1], -1)
        parts = [part for part in (self.drop(states), future, static) if part is not None]
        flat: Tensor = self.linear(torch.cat(parts, dim=2))
        return flat.reshape(*flat.shape[:2], self.n_targets, self.n_parameters)
