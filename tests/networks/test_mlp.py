"""The feed-forward baseline."""

import torch

from harmonic_forecasters.networks.mlp import MLP


def test_number_of_parameters():
    network = MLP(input_length=100, output_length=10, hidden_dim=64, n_layers=3)
    assert sum(w.numel() for w in network.parameters()) == 100 * 64 + 64 + 2 * (64 * 64 + 64) + 64 * 10 + 10


def test_it_equals_its_formula():
    torch.manual_seed(0)
    network = MLP(input_length=4, output_length=2, n_future_features=1, n_static_features=1, hidden_dim=5)
    past, future, static = torch.randn(3, 4, 1), torch.randn(3, 2, 1), torch.randn(3, 1)
    w1, b1, w2, b2, w, b = network.parameters()
    x = torch.cat([past[..., 0], future[..., 0], static], dim=1)
    x = torch.relu(torch.relu(x @ w1.T + b1) @ w2.T + b2) @ w.T + b
    torch.testing.assert_close(network(past, future, static)[:, :, 0, 0], x)
