"""An LSTM layer written out, for the activations that torch.nn.LSTM does not have."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from harmonic_forecasters.networks.network import one_of

ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}


class PlainLSTM(nn.Module):
    """Stacked, if wanted bidirectional, LSTM layers with a choice of activation g.

        i_t = sigmoid(W_i x_t + U_i h_{t-1} + b_i)          input gate
        f_t = sigmoid(W_f x_t + U_f h_{t-1} + b_f)          forget gate
        o_t = sigmoid(W_o x_t + U_o h_{t-1} + b_o)          output gate
        c_t = f_t * c_{t-1} + i_t * g(W_c x_t + U_c h_{t-1} + b_c)
        h_t = o_t * g(c_t)

    g is ``"tanh"``, and the layer equals torch.nn.LSTM, or ``"relu"``, at both places; the gates keep their
    sigmoids. With relu neither c_t nor h_t is bounded above: clip the gradient in training.

    input_size, hidden_size, num_layers, bidirectional, dropout, and the names, shapes and first values of the
    weights are those of torch.nn.LSTM (``batch_first=True``): a state dict of one loads into the other.

    Source: Hochreiter, Schmidhuber (1997), Long short-term memory; the forget gate: Gers, Schmidhuber,
    Cummins (2000), Learning to forget; the form written here: Greff et al. (2015), LSTM: a search space
    odyssey, section II, without peepholes.

    Examples
    --------
    >>> outputs, (h, c) = PlainLSTM(3, 20, num_layers=2, activation="relu")(torch.zeros(8, 50, 3))
    >>> outputs.shape, h.shape
    (torch.Size([8, 50, 20]), torch.Size([2, 8, 20]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        bidirectional: bool = False,
        dropout: float = 0.0,
        activation: str = "tanh",
    ):
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.activation = ACTIVATIONS[one_of("activation", activation, ACTIVATIONS)]
        self.directions = ("", "_reverse") if bidirectional else ("",)
        self.drop = nn.Dropout(dropout)
        bound = 1.0 / math.sqrt(hidden_size)
        for layer in range(num_layers):
            n_inputs = hidden_size * len(self.directions) if layer else input_size
            for direction in self.directions:
                shapes = {"weight_ih": (n_inputs,), "weight_hh": (hidden_size,), "bias_ih": (), "bias_hh": ()}
                for name, columns in shapes.items():
                    weight = torch.empty(4 * hidden_size, *columns).uniform_(-bound, bound)
                    self.register_parameter(f"{name}_l{layer}{direction}", nn.Parameter(weight))

    def forward(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """x : (batch, length, input_size), from states of zero.

        Returns the h_t of the last layer, (batch, length, n_directions * hidden_size), and the last (h, c) of
        every layer and direction, (num_layers * n_directions, batch, hidden_size) each.
        """
        last_h, last_c = [], []
        for layer in range(self.num_layers):
            outputs = []
            for direction in self.directions:
                states, cell = self._run(x.flip(1) if direction else x, f"_l{layer}{direction}")
                outputs.append(states.flip(1) if direction else states)
                last_h.append(states[:, -1])
                last_c.append(cell)
            x = torch.cat(outputs, dim=2)
            if layer < self.num_layers - 1:
                x = self.drop(x)
        return x, (torch.stack(last_h), torch.stack(last_c))

    def _run(self, x: Tensor, suffix: str) -> tuple[Tensor, Tensor]:
        """One layer in one direction: every h_t, (batch, length, hidden_size), and the last c_t."""
        weight_ih, weight_hh, bias_ih, bias_hh = (
            self.get_parameter(name + suffix) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        # Inputs do not depend on states: one product for all positions.
        projected = nn.functional.linear(x, weight_ih, bias_ih + bias_hh)
        h = c = x.new_zeros(x.shape[0], self.hidden_size)
        states = []
        for projection in projected.unbind(1):
            i, f, candidate, o = (projection + h @ weight_hh.T).chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * self.activation(candidate)
            h = torch.sigmoid(o) * self.activation(c)
            states.append(h)
        return torch.stack(states, dim=1), c
