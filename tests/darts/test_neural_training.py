"""What the networks are taught, and when: teacher forcing, weights over the horizon, every position."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from darts import TimeSeries
from darts.utils.data.torch_datasets.utils import ModuleStage, PLModuleOutput
from darts.utils.likelihood_models.torch import GaussianLikelihood, QuantileRegression

import harmonic_forecasters.darts as darts_door
from harmonic_forecasters.darts import GRUSeq2SeqModel, LSTMModel
from harmonic_forecasters.networks.gru_seq2seq import GRUSeq2Seq

QUIETLY = {"pl_trainer_kwargs": {"enable_progress_bar": False, "accelerator": "cpu"}, "random_state": 1}


def waves(n_samples=60, n_components=1):
    t = np.arange(n_samples)[:, None]
    return TimeSeries.from_values(5 + np.sin(t / (2.0 + np.arange(n_components))))


def gru(**options):
    return GRUSeq2SeqModel(12, 4, **({"state_dim": 6, "n_epochs": 3, "batch_size": 16} | QUIETLY | options))


def lstm(**options):
    return LSTMModel(
        12, options.pop("output_chunk_length", 1), **({"hidden_dim": 4, "n_epochs": 2} | QUIETLY | options)
    )


# Teacher forcing


@pytest.fixture
def lessons(monkeypatch):
    """(training, truth, probability) of each call of the network."""
    calls = []
    forward = GRUSeq2Seq.forward

    def spy(self, past, future=None, static=None, *, truth=None, teacher_forcing=0.0):
        calls.append((self.training, truth, teacher_forcing))
        return forward(self, past, future, static, truth=truth, teacher_forcing=teacher_forcing)

    monkeypatch.setattr(GRUSeq2Seq, "forward", spy)
    return calls


def test_the_truth_is_fed_in_training_alone_with_a_linear_schedule(lessons):
    series = waves()
    model = gru(teacher_forcing=(1.0, 0.2)).fit(series, val_series=series)
    model.predict(9)
    probabilities = [probability for training, truth, probability in lessons if truth is not None]
    n_steps = 3 * int(np.ceil((60 - 16 + 1) / 16))
    np.testing.assert_allclose(probabilities, np.linspace(1.0, 0.2, n_steps))
    assert all(training == (truth is not None) for training, truth, _ in lessons)


def test_the_truth_is_fed_in_the_unit_of_the_window(lessons):
    model = gru(teacher_forcing=1.0, n_epochs=1).fit(waves() * 1e6)
    truths = torch.cat([truth for _, truth, _ in lessons if truth is not None])
    assert truths.abs().max() < 5
    assert model.predict(4).values().min() > 1e6


def test_without_teacher_forcing_no_truth_is_fed(lessons):
    gru(teacher_forcing=0.0).fit(waves())
    assert all(truth is None for _, truth, _ in lessons)


@pytest.mark.parametrize(
    "value", [1.5, -0.1, (1.0,), (1.0, 2.0), (0.0, 0.5, 1.0), float("nan"), "linear", None]
)
def test_a_bad_schedule_is_refused(value):
    with pytest.raises(ValueError, match="teacher_forcing must be a probability"):
        gru(teacher_forcing=value)


def test_the_median_is_fed_back():
    quantiles = QuantileRegression([0.1, 0.4, 0.5, 0.6, 0.9])
    assert gru(likelihood=quantiles).fit(waves()).model.network.feedback_parameter == 2
    assert gru(likelihood=GaussianLikelihood()).fit(waves()).model.network.feedback_parameter == 0


# Weights over the horizon


@pytest.mark.parametrize("likelihood", [None, GaussianLikelihood()], ids=repr)
def test_the_loss_of_step_h_weighs_1_over_h(likelihood):
    module = gru(horizon_weighting="1/h", likelihood=likelihood).fit(waves()).model
    module.on_fit_start()
    plain = gru(likelihood=likelihood).fit(waves()).model
    n_parameters = likelihood.num_parameters if likelihood else 1
    output = PLModuleOutput(torch.randn(5, 4, 1, n_parameters, dtype=torch.float64))
    target = torch.randn(5, 4, 1, dtype=torch.float64)
    each = [
        plain._compute_loss(
            PLModuleOutput(output.prediction[:, [h]]), target[:, [h]], plain.train_criterion, None
        )
        for h in range(4)
    ]
    weights = 1 / torch.arange(1, 5)
    expected = (torch.stack(each) * weights).sum() / weights.sum()
    actual = module._compute_loss(output, target, module.train_criterion, None)
    torch.testing.assert_close(actual, expected)


def test_weights_of_samples_and_of_the_horizon_multiply():
    weight = TimeSeries.from_values(np.zeros(60))
    model = gru(horizon_weighting="1/h").fit(waves(), sample_weight=weight)
    assert float(model.trainer.callback_metrics["train_loss"]) == 0.0


@pytest.mark.parametrize("loss", [torch.nn.L1Loss(), torch.nn.HuberLoss(reduction="sum")])
def test_other_losses_can_be_weighed_and_trained_again(loss):
    model = gru(horizon_weighting="1/h", loss_fn=loss).fit(waves())
    model.fit(waves(), epochs=1)
    assert np.isfinite(model.predict(9).values()).all()


def test_a_bad_weighting_is_refused():
    with pytest.raises(ValueError, match="horizon_weighting must be '1/h' or None, got 'h'"):
        gru(horizon_weighting="h")
    with pytest.raises(ValueError, match="horizon_weighting must be None for a loss_fn without"):
        gru(horizon_weighting="1/h", loss_fn=lambda output, target: (output - target).square().mean())


# Every position of the window


def test_every_position_is_asked_for_the_value_after_it():
    series = waves(n_components=2)
    covariates = {"past_covariates": waves(60, 3), "future_covariates": waves(70, 2) * -1.0}
    model = lstm(train_on="every position").fit(series, **covariates)
    module = model.model
    windows = model._build_train_dataset(
        series=[series],
        past_covariates=[covariates["past_covariates"]],
        future_covariates=[covariates["future_covariates"]],
        sample_weight=None,
        max_samples_per_ts=None,
    )
    x_in = windows.__getitems__([0, 7]).to_module_input(stage=ModuleStage.TRAIN)
    outputs, targets = module._outputs_at_every_position(x_in, None)
    assert outputs.shape == (2, 12, 2, 1)
    torch.testing.assert_close(targets[0], torch.tensor(series.values()[-12:]))
    # What a later value is changes no earlier output, and the last output is the forecast.
    x_in.past_target[:, 8:] += 1
    changed, _ = module._outputs_at_every_position(x_in, None)
    torch.testing.assert_close(changed[:, :8], outputs[:, :8])
    assert not torch.allclose(changed[:, 8:], outputs[:, 8:])
    unit = module._unit(x_in.past_target)
    at_end = module._to_series(module._outputs_at_every_position(x_in, unit)[0][:, -1:], unit, torch.float64)
    torch.testing.assert_close(at_end, module(x_in).prediction)


def test_training_at_every_position_is_another_training():
    forecasts = [lstm(train_on=where).fit(waves()).predict(9) for where in ("window end", "every position")]
    assert not np.allclose(forecasts[0].values(), forecasts[1].values())


@pytest.mark.parametrize(
    "options",
    [{"output_chunk_length": 2}, {"bidirectional": True}, {"output_chunk_shift": 1}],
)
def test_every_position_needs_one_step_ahead_and_one_direction(options):
    with pytest.raises(ValueError, match="train_on must be 'window end' unless"):
        lstm(train_on="every position", **options)


def test_every_position_takes_no_weights():
    with pytest.raises(ValueError, match="sample_weight must be None with train_on='every position'"):
        lstm(train_on="every position").fit(waves(), sample_weight="linear")
    with pytest.raises(ValueError, match="train_on must be one of"):
        lstm(train_on="the middle")


# Sizes and imports


def test_the_published_networks_have_the_published_sizes():
    def count(model):
        return sum(weight.numel() for weight in model.fit(waves(130)).model.parameters())

    assert count(LSTMModel(100, 1, n_epochs=1, **QUIETLY)) == 41_301
    assert count(GRUSeq2SeqModel(100, 10, encoder="gru", hidden_dim=10, n_epochs=1, **QUIETLY)) == 45_415


# darts asks whether torch can be found, so that an import hook that raises would not do.
WITHOUT_TORCH = """
from importlib.machinery import PathFinder

find = PathFinder.find_spec
absent = ("torch", "pytorch_lightning", "lightning_fabric", "torchmetrics")
PathFinder.find_spec = lambda name, *others: None if name in absent else find(name, *others)
"""


def run(program):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_the_models_without_training_need_no_torch():
    program = "from harmonic_forecasters.darts import DFTModel; print('imported')\n"
    result = run(WITHOUT_TORCH + program + "from harmonic_forecasters.darts import LSTMModel")
    assert result.stdout.split() == ["imported"], result.stderr
    message = (
        "ImportError: LSTMModel needs torch and pytorch-lightning: pip install 'harmonic-forecasters[darts]'"
    )
    assert result.stderr.splitlines()[-1] == message


def test_names_that_the_door_lacks_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'NoModel'"):
        darts_door.NoModel  # noqa: B018
