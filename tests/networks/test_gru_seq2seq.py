"""Encoder and decoder: teacher forcing, feedback, and components that share the weights."""

import pytest
import torch

from harmonic_forecasters.networks.gru_seq2seq import GRUSeq2Seq
from harmonic_forecasters.networks.window_dft import amplitudes_and_phases

VARIANTS = [{"encoder": encoder, "cell": cell} for encoder in ("gru", "mlp") for cell in ("gru", "lstm")]
every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: "-".join(v.values()))


def make(**options):
    torch.manual_seed(0)
    return GRUSeq2Seq(
        **(
            {"input_length": 12, "output_length": 4, "encoder": "gru", "hidden_dim": 3, "state_dim": 8}
            | options
        )
    )


def fed_by_hand(network, past, fed):
    """The decoder unrolled; ``fed``, (batch, output_length), is what each step sees. One target."""
    windows = past[..., 0]
    outputs, state = [], network.encoder(windows, past[..., 1:])
    for value in fed.unbind(1):
        state = network.cell(value[:, None], state)
        outputs.append(network.head(state[0] if isinstance(state, tuple) else state))
    return torch.stack(outputs, dim=1)


def test_number_of_parameters():
    network = GRUSeq2Seq(input_length=100, output_length=10, encoder="gru", hidden_dim=10)
    assert network.cell.hidden_size == 10 + 2 * 51
    assert sum(weight.numel() for weight in network.parameters()) == 45_415


def test_the_gru_encoding_is_the_last_state_with_the_spectrum():
    network, windows = make(), torch.randn(5, 12)
    state = network.encoder(windows, torch.zeros(5, 12, 0))
    torch.testing.assert_close(state[:, :3], network.encoder.rnn(windows[..., None])[0][:, -1])
    assert torch.equal(state[:, 3:], amplitudes_and_phases(windows))


@every_variant
def test_a_forecast_is_fed_back(variant):
    network, past = make(**variant), torch.randn(5, 12, 1)
    output = network(past)[:, :, 0, 0]
    fed = torch.cat([past[:, -1], output[:, :-1]], dim=1)
    torch.testing.assert_close(fed_by_hand(network, past, fed)[..., 0], output)


@every_variant
def test_the_parameter_asked_for_is_fed_back(variant):
    network, past = make(**variant, n_parameters=3, feedback_parameter=1), torch.randn(5, 12, 1)
    output = network(past)[:, :, 0]
    fed = torch.cat([past[:, -1], output[:, :-1, 1]], dim=1)
    torch.testing.assert_close(fed_by_hand(network, past, fed), output)


@every_variant
def test_full_teacher_forcing_feeds_the_truth(variant):
    network, past, truth = make(**variant), torch.randn(5, 12, 1), torch.randn(5, 4, 1)
    output = network(past, truth=truth, teacher_forcing=1.0)[:, :, 0]
    fed = torch.cat([past[:, -1], truth[:, :-1, 0]], dim=1)
    torch.testing.assert_close(output, fed_by_hand(network, past, fed))


@every_variant
def test_no_teacher_forcing_ignores_the_truth(variant):
    network, past = make(**variant), torch.randn(5, 12, 1)
    state = torch.get_rng_state()
    output = network(past, truth=torch.randn(5, 4, 1, generator=torch.Generator()), teacher_forcing=0.0)
    assert torch.equal(output, network(past))
    assert torch.equal(state, torch.get_rng_state())


def test_teacher_forcing_is_drawn_by_step_and_series():
    """With outputs of 0 and truths of 1, what a step was fed can be read from a cell that repeats it."""
    network = make(input_length=1, output_length=3, n_targets=2)
    fed = []
    network.cell.register_forward_pre_hook(lambda module, args: fed.append(args[0]))
    for weight in network.head.parameters():
        torch.nn.init.zeros_(weight)
    network(torch.zeros(2000, 1, 2), truth=torch.ones(2000, 3, 2), teacher_forcing=0.3)
    assert torch.equal(fed[0], torch.zeros(4000, 1))
    second, third = (step.reshape(2000, 2) for step in fed[1:])
    for draws in (second, third):
        assert torch.allclose(draws.mean(dim=0), torch.tensor(0.3), atol=0.05)
    agree = 0.3**2 + 0.7**2
    assert (second == third).float().mean() == pytest.approx(agree, abs=0.05)
    assert (second[:, 0] == second[:, 1]).float().mean() == pytest.approx(agree, abs=0.05)


@pytest.mark.parametrize("detach", [False, True])
def test_gradients_flow_through_feedback_unless_detached(detach):
    network, past = make(detach_feedback=detach), torch.randn(5, 12, 1)
    outputs = []
    network.head.register_forward_hook(lambda module, args, output: outputs.append(output))
    network(past)
    # The second step sees the first only through the state and the value fed back.
    state = torch.autograd.grad(outputs[1].sum(), outputs[0], allow_unused=True)[0]
    assert (state is None) == detach


@every_variant
def test_components_share_the_weights(variant):
    network = make(**variant, n_targets=3, n_past_features=1, n_future_features=2, n_static_features=1)
    past, future, static = torch.randn(5, 12, 4), torch.randn(5, 4, 2), torch.randn(5, 1)
    output = network(past, future, static)
    order = [2, 0, 1]
    permuted = network(past[..., [*order, 3]], future, static)
    torch.testing.assert_close(permuted, output[:, :, order])
    changed = past.clone()
    changed[..., 0] += 1.0
    assert torch.equal(network(changed, future, static)[:, :, 1:], output[:, :, 1:])


def test_future_features_act_from_their_step_on():
    network = make(n_future_features=1)
    past, future = torch.randn(5, 12, 1), torch.randn(5, 4, 1)
    changed = future.clone()
    changed[:, 2] += 1.0
    before, after = network(past, future), network(past, changed)
    assert torch.equal(before[:, :2], after[:, :2])
    assert torch.all(before[:, 2:] != after[:, 2:])
