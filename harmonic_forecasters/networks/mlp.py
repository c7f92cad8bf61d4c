"""The feed-forward baseline that a recurrent network must beat."""

from __future__ import annotations

from typing import Unpack

from torch import Tensor, nn

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.networks.network import Network, Sizes, join_flat


class MLP(Network):
    """All inputs flattened and joined, hidden layers with ReLU, then one linear layer to all outputs.

        x_0 = (window, future features, static features)
        x_l = relu(W_l x_{l-1} + b_l),  l = 1..n_layers;   output = W x_{n_layers} + b

    hidden_dim : units a hidden layer, at least 1.   n_layers : hidden layers, at least 1.
    dropout : of the outputs of every hidden layer.   Other sizes: :class:`~.network.Sizes`.

    Source: Rumelhart, Hinton, Williams (1986), Learning representations by back-propagating errors; ReLU:
    Glorot, Bordes, Bengio (2011), Deep sparse rectifier neural networks.

    Examples
    --------
    >>> import torch
    >>> MLP(input_length=100, output_length=10, n_targets=2)(torch.zeros(32, 100, 2)).shape
    torch.Size([32, 10, 2, 1])
    """

    def __init__(self, *, hidden_dim: int = 512, n_layers: int = 2, **sizes: Unpack[Sizes]):
        super().__init__(**sizes)
        check_whole_number("hidden_dim", hidden_dim, 1)
        check_whole_number("n_layers", n_layers, 1)
        n_inputs = (
            self.input_length * (self.n_targets + self.n_past_features)
            + self.output_length * self.n_future_features
            + self.n_static_features
        )
        layers: list[nn.Module] = []
        for _ in range(n_layers):
            layers += [nn.Linear(n_inputs, hidden_dim), nn.ReLU(), nn.Dropout(self.dropout)]
            n_inputs = hidden_dim
        layers.append(nn.Linear(n_inputs, self.output_length * self.n_targets * self.n_parameters))
        self.layers = nn.Sequential(*layers)

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
        flat: Tensor = self.layers(join_flat(past, future, static))
        return flat.reshape(-1, self.output_length, self.n_targets, self.n_parameters)
