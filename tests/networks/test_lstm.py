"""The LSTM, and the cell written out, against torch's."""

import pytest
import torch
from torch import nn

from harmonic_forecasters.networks.lstm import LSTM
from harmonic_forecasters.networks.plain_lstm import PlainLSTM


def n_parameters(network):
    return sum(weight.numel() for weight in network.parameters())


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_number_of_parameters(activation):
    network = LSTM(input_length=100, output_length=1, hidden_dim=100, activation=activation)
    assert n_parameters(network.rnn) == 400 + 40_000 + 800
    assert n_parameters(network) == 41_301


@pytest.mark.parametrize("n_layers", [1, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_plain_cell_equals_that_of_torch(n_layers, bidirectional):
    torch.manual_seed(0)
    theirs = nn.LSTM(3, 7, n_layers, batch_first=True, bidirectional=bidirectional)
    ours = PlainLSTM(3, 7, n_layers, bidirectional=bidirectional)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(4, 30, 3)
    output, (h, c) = ours(x)
    expected, (expected_h, expected_c) = theirs(x)
    for got, want in ((output, expected), (h, expected_h), (c, expected_c)):
        torch.testing.assert_close(got, want, rtol=0, atol=1e-6)


def test_the_relu_cell_equals_its_formula():
    torch.manual_seed(0)
    cell = PlainLSTM(2, 3, activation="relu")
    w, u, b = cell.weight_ih_l0, cell.weight_hh_l0, cell.bias_ih_l0 + cell.bias_hh_l0
    x = torch.randn(1, 5, 2)
    h = c = torch.zeros(3)
    for t in range(5):
        i, f, g, o = (w @ x[0, t] + u @ h + b).chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.relu(g)
        h = torch.sigmoid(o) * torch.relu(c)
    torch.testing.assert_close(cell(x)[0][0, -1], h)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_bidirectional_reads_from_both_ends(activation):
    """Reversed windows and swapped directions are the same network."""
    torch.manual_seed(0)
    sizes = {"input_length": 9, "output_length": 2, "hidden_dim": 4, "bidirectional": True}
    network = LSTM(**sizes, activation=activation)
    mirrored = LSTM(**sizes, activation=activation)
    state = network.state_dict()
    swapped = {
        name: state[name.removesuffix("_reverse") if name.endswith("_reverse") else name + "_reverse"]
        for name in state
        if name.startswith("rnn.")
    }
    swapped["linear.weight"] = state["linear.weight"].roll(4, dims=1)
    swapped["linear.bias"] = state["linear.bias"]
    mirrored.load_state_dict(swapped)
    past = torch.randn(3, 9, 1)
    torch.testing.assert_close(network(past), mirrored(past.flip(1)))


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_outputs_at_every_position_do_not_see_what_comes_after(activation):
    torch.manual_seed(0)
    network = LSTM(
        input_length=10,
        output_length=1,
        n_targets=2,
        n_past_features=1,
        n_parameters=3,
        hidden_dim=6,
        n_rnn_layers=2,
        activation=activation,
    )
    past = torch.randn(4, 10, 3)
    outputs = network.every_position(past)
    assert outputs.shape == (4, 10, 2, 3)
    changed = past.clone()
    changed[:, 6:] += 1.0
    later = network.every_position(changed)
    assert torch.equal(outputs[:, :6], later[:, :6])
    assert not torch.equal(outputs[:, 6], later[:, 6])


def test_each_position_is_the_forecast_from_the_window_up_to_it():
    torch.manual_seed(0)
    network = LSTM(input_length=10, output_length=1, n_future_features=2, n_static_features=1, hidden_dim=6)
    past, future, static = torch.randn(4, 10, 1), torch.randn(4, 10, 2), torch.randn(4, 1)
    outputs = network.every_position(past, future, static)
    for t in range(10):
        forecast = network(past[:, : t + 1], future[:, t : t + 1], static)
        torch.testing.assert_close(outputs[:, t], forecast[:, 0])


def test_outputs_at_every_position_are_refused_where_they_would_be_wrong():
    past = torch.zeros(2, 10, 1)
    with pytest.raises(ValueError, match=r"^output_length must be 1 .*, got 3"):
        LSTM(input_length=10, output_length=3).every_position(past)
    with pytest.raises(ValueError, match=r"^bidirectional must be False .*, got True"):
        LSTM(input_length=10, output_length=1, bidirectional=True).every_position(past)
