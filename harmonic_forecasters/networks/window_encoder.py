"""A window and its DFT as the first state of a recurrent decoder."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from harmonic_forecasters.networks.network import join_flat
from harmonic_forecasters.networks.window_dft import amplitudes_and_phases

#: cell -> its layer over a window, and its single step.
CELLS = {"gru": (nn.GRU, nn.GRUCell), "lstm": (nn.LSTM, nn.LSTMCell)}


class RecurrentEncoder(nn.Module):
    """The last hidden state over the window, joined with amplitudes and phases of its DFT.

    input_length : samples in the window.   n_past_features : features of each.   hidden_dim : units of the
    layer over the window.   cell : ``"gru"`` or ``"lstm"``, whose c is joined with the DFT as its h is.
    state_dim : numbers in the state, hidden_dim + 2 (input_length // 2 + 1).
    """

    def __init__(self, input_length: int, n_past_features: int, hidden_dim: int, cell: str):
        super().__init__()
        self.is_lstm = cell == "lstm"
        self.state_dim = hidden_dim + 2 * (input_length // 2 + 1)
        self.rnn = CELLS[cell][0](1 + n_past_features, hidden_dim, batch_first=True)

    def forward(self, windows: Tensor, features: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """The state (n_windows, state_dim); of an LSTM, the pair (h, c) of such.

        windows : (n_windows, input_length).   features : (n_windows, input_length, n_past_features).
        """
        _, last = self.rnn(torch.cat([windows[..., None], features], dim=2))
        spectrum = amplitudes_and_phases(windows)
        if self.is_lstm:
            h, c = last
            return join_flat(h[0], spectrum), join_flat(c[0], spectrum)
        return join_flat(last[0], spectrum)


class DenseEncoder(nn.Module):
    """Window, amplitudes, phases and features through one hidden layer with ReLU, of state_dim units.

    state_dim : numbers in the state, at least 1.   dropout : of the hidden layer.   Others, and ``forward``,
    as in :class:`RecurrentEncoder`; h and c of an LSTM are separate outputs.
    """

    def __init__(self, input_length: int, n_past_features: int, state_dim: int, cell: str, dropout: float):
        super().__init__()
        self.n_states = 2 if cell == "lstm" else 1
        self.state_dim = state_dim
        n_inputs = input_length * (1 + n_past_features) + 2 * (input_length // 2 + 1)
        self.layers = nn.Sequential(
            nn.Linear(n_inputs, state_dim),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(state_dim, state_dim * self.n_states),
        )

    def forward(self, windows: Tensor, features: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """As :meth:`RecurrentEncoder.forward`."""
        encoded = self.layers(join_flat(windows, amplitudes_and_phases(windows), features))
        states: Sequence[Tensor] = encoded.chunk(self.n_states, dim=1)
        return (states[0], states[1]) if self.n_states == 2 else states[0]
