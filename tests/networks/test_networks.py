"""What holds for every network: shapes, sizes, determinism, precision, gradients."""

import inspect

import pytest
import torch

import harmonic_forecasters.darts as darts_door
from harmonic_forecasters.networks.gru_seq2seq import GRUSeq2Seq
from harmonic_forecasters.networks.lstm import LSTM
from harmonic_forecasters.networks.mlp import MLP

SIZES = {"input_length": 12, "output_length": 3}
FEATURES = {"n_targets": 2, "n_past_features": 1, "n_future_features": 3, "n_static_features": 4}
VARIANTS = {
    "mlp": (MLP, {"hidden_dim": 8}),
    "lstm": (LSTM, {"hidden_dim": 8}),
    "stacked bidirectional lstm": (LSTM, {"hidden_dim": 8, "n_rnn_layers": 2, "bidirectional": True}),
    "relu lstm": (LSTM, {"hidden_dim": 8, "n_rnn_layers": 2, "activation": "relu"}),
    "gru encoder": (GRUSeq2Seq, {"encoder": "gru", "hidden_dim": 4}),
    "mlp encoder": (GRUSeq2Seq, {"encoder": "mlp", "state_dim": 9}),
    "gru encoder, lstm": (GRUSeq2Seq, {"encoder": "gru", "hidden_dim": 4, "cell": "lstm"}),
    "mlp encoder, lstm": (GRUSeq2Seq, {"encoder": "mlp", "state_dim": 9, "cell": "lstm"}),
}
#: Every network that a model of the package runs; one without variants is tried with its defaults.
NETWORKS = [getattr(darts_door, name).network_class for name in darts_door.NEURAL]
VARIANTS |= {
    network.__name__: (network, {})
    for network in NETWORKS
    if network not in {network for network, _ in VARIANTS.values()}
}
every_network = pytest.mark.parametrize(("network_class", "own"), VARIANTS.values(), ids=VARIANTS)


def inputs(batch=5, seed=0, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    shapes = (batch, 12, 3), (batch, 3, 3), (batch, 4), (batch, 3, 2)
    return [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]


@every_network
@pytest.mark.parametrize("n_parameters", [1, 3])
def test_shapes_with_all_features_and_with_none(network_class, own, n_parameters):
    past, future, static, truth = inputs()
    network = network_class(**SIZES, **FEATURES, **own, n_parameters=n_parameters)
    output = network(past, future, static, truth=truth, teacher_forcing=0.5)
    assert output.shape == (5, 3, 2, n_parameters)
    bare = network_class(**SIZES, **own, n_parameters=n_parameters)
    assert bare(past[..., :1]).shape == (5, 3, 1, n_parameters)


@every_network
def test_every_input_and_every_weight_matters(network_class, own):
    torch.manual_seed(0)
    past, future, static, _ = inputs()
    past, future, static = (x.requires_grad_() for x in (past, future, static))
    network = network_class(**SIZES, **FEATURES, **own).double()
    network(past.double(), future.double(), static.double()).square().sum().backward()
    for x in (past, future, static):
        assert torch.all(x.grad.abs().sum(0) > 0)
    for name, weight in network.named_parameters():
        assert weight.grad.abs().sum() > 0, name


@every_network
def test_rows_of_a_batch_are_independent(network_class, own):
    past, future, static, _ = inputs(dtype=torch.float64)
    network = network_class(**SIZES, **FEATURES, **own).double()
    together = network(past, future, static)
    alone = network(past[1:2], future[1:2], static[1:2])
    torch.testing.assert_close(together[1:2], alone, rtol=0, atol=1e-12)


@every_network
def test_one_seed_gives_one_result(network_class, own):
    def trained_once():
        torch.manual_seed(7)
        past, future, static, truth = inputs()
        network = network_class(**SIZES, **FEATURES, **own, dropout=0.3)
        output = network(past, future, static, truth=truth, teacher_forcing=0.5)
        output.sum().backward()
        return [output, *(weight.grad for weight in network.parameters())]

    for first, second in zip(trained_once(), trained_once(), strict=True):
        assert torch.equal(first, second)


@every_network
def test_dropout_acts_in_training_only(network_class, own):
    torch.manual_seed(0)
    past, future, static, _ = inputs()
    network = network_class(**SIZES, **FEATURES, **own, dropout=0.5)
    assert not torch.equal(network(past, future, static), network(past, future, static))
    network.eval()
    assert torch.equal(network(past, future, static), network(past, future, static))


@every_network
def test_double_precision_agrees_with_single(network_class, own):
    past, future, static, _ = inputs(dtype=torch.float64)
    network = network_class(**SIZES, **FEATURES, **own)
    single = network(past.float(), future.float(), static.float())
    double = network.double()(past, future, static)
    assert double.dtype == torch.float64
    torch.testing.assert_close(single.double(), double, rtol=0, atol=1e-5)


@every_network
@pytest.mark.parametrize("value", [0.0, 3.0])
def test_constant_windows_give_finite_gradients(network_class, own, value):
    network = network_class(**SIZES, **own)
    past = torch.full((2, 12, 1), value, requires_grad=True)
    network(past).square().sum().backward()
    assert torch.isfinite(past.grad).all()
    assert all(torch.isfinite(weight.grad).all() for weight in network.parameters())


@every_network
def test_a_state_dict_restores_the_forecast(network_class, own):
    past, future, static, _ = inputs()
    first, second = (network_class(**SIZES, **FEATURES, **own) for _ in range(2))
    second.load_state_dict(first.state_dict())
    assert torch.equal(first(past, future, static), second(past, future, static))


@pytest.mark.parametrize("name", darts_door.NEURAL)
def test_defaults_are_those_of_the_darts_model(name):
    model = getattr(darts_door, name)
    ours, theirs = (inspect.signature(cls.__init__).parameters for cls in (model.network_class, model))
    shared = (set(ours) & set(theirs)) - {"self"}
    assert shared
    assert {option: ours[option].default for option in shared} == {
        option: theirs[option].default for option in shared
    }


@pytest.mark.parametrize("network_class", NETWORKS)
@pytest.mark.parametrize(
    ("option", "value", "rule"),
    [
        ("input_length", 0, "at least 1"),
        ("output_length", 0, "at least 1"),
        ("n_targets", 0, "at least 1"),
        ("n_past_features", -1, "at least 0"),
        ("n_future_features", -1, "at least 0"),
        ("n_static_features", -1, "at least 0"),
        ("n_parameters", 0, "at least 1"),
        ("n_targets", 1.5, "whole number"),
        ("n_targets", True, "whole number"),
        ("dropout", 1.0, "below 1"),
        ("dropout", -0.1, "at least 0"),
        ("dropout", float("nan"), "at least 0"),
        ("dropout", "much", "at least 0"),
    ],
)
def test_a_size_out_of_its_range_is_refused(network_class, option, value, rule):
    with pytest.raises(ValueError, match=f"^{option} must be .*{rule}.*, got {value!r}"):
        network_class(**(SIZES | {option: value}))


@pytest.mark.parametrize(
    ("network_class", "option", "value", "rule"),
    [
        (MLP, "hidden_dim", 0, "at least 1"),
        (MLP, "n_layers", 0, "at least 1"),
        (LSTM, "hidden_dim", 0, "at least 1"),
        (LSTM, "bidirectional", "no", "True or False"),
        (LSTM, "n_rnn_layers", 0, "at least 1"),
        (LSTM, "activation", "elu", "one of 'tanh', 'relu'"),
        (GRUSeq2Seq, "hidden_dim", 0, "at least 1"),
        (GRUSeq2Seq, "detach_feedback", 2, "True or False"),
        (GRUSeq2Seq, "state_dim", 1, "at least 2"),
        (GRUSeq2Seq, "encoder", "cnn", "one of 'gru', 'mlp'"),
        (GRUSeq2Seq, "cell", "rnn", "one of 'gru', 'lstm'"),
        (GRUSeq2Seq, "feedback_parameter", 1, "below n_parameters"),
        (GRUSeq2Seq, "feedback_parameter", -1, "at least 0"),
    ],
)
def test_an_option_out_of_its_range_is_refused(network_class, option, value, rule):
    with pytest.raises(ValueError, match=f"^{option} must be .*{rule}.*, got {value!r}"):
        network_class(**SIZES, **{option: value})
