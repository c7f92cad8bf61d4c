"""The Lightning module of all neural models: scales windows, runs the network, computes the scaled loss."""

from __future__ import annotations

from typing import Any

import torch
from darts.models.forecasting.pl_forecasting_module import PLForecastingModule
from darts.utils.data.torch_datasets.utils import (
    ModuleStage,
    PLModuleInput,
    PLModuleOutput,
    TorchTrainingBatch,
)
from torch import Tensor, nn

from harmonic_forecasters.darts.scaling import TO_SERIES, WindowUnit, window_unit
from harmonic_forecasters.darts.window_dataset import WindowBatch


class WindowedModule(PLForecastingModule):
    """Runs a network of :mod:`harmonic_forecasters.networks` on darts' batches.

    network_class, network_options : the network, and its options other than the sizes of its tensors.
    scaling : ``"standard"``, ``"max"`` or None, see :mod:`~harmonic_forecasters.darts.scaling`.
    teacher_forcing : probability at the first and at the last training step; linear in between.
    horizon_weighting : ``"1/h"`` weighs the loss of step h by 1/h (mean weight 1); None weighs all steps
        equally.
    every_position : train one-step forecasts from each position of the window, not only from its end.
    options : those of darts' PLForecastingModule; the sizes of all tensors follow from train_sample_shape.

    Windows are scaled in the precision of the series. The network runs in the precision of its weights, and
    its outputs are scaled back in the precision of the series. Either may be single or double.
    """

    def __init__(
        self,
        network_class: type[nn.Module],
        network_options: dict[str, Any],
        scaling: str | None,
        teacher_forcing: tuple[float, float] = (0.0, 0.0),
        horizon_weighting: str | None = None,
        every_position: bool = False,
        **options: Any,
    ):
        super().__init__(**options)
        self.scaling = scaling
        self.teacher_forcing = teacher_forcing
        self.every_position = every_position
        width = {name: shape[-1] if shape else 0 for name, shape in (self.train_sample_shape or {}).items()}
        static = (self.train_sample_shape or {}).get("static_covariates")
        self.network = network_class(
            input_length=self.input_chunk_length,
            output_length=self.output_chunk_length,
            n_targets=self.n_targets,
            n_past_features=width.get("past_covariates", 0) + width.get("historic_future_covariates", 0),
            n_future_features=width.get("future_covariates", 0),
            n_static_features=static[0] * static[1] if static else 0,
            n_parameters=self.likelihood.num_parameters if self.likelihood else 1,
            **network_options,
        )
        weight = None
        if horizon_weighting == "1/h":
            weight = 1 / torch.arange(1.0, self.output_chunk_length + 1)
            weight = (weight / weight.mean())[:, None]
        # (output_chunk_length, 1). The options determine it, so it is not stored with the weights.
        self.register_buffer("horizon_weight", weight, persistent=False)

    def forward(self, x_in: PLModuleInput) -> PLModuleOutput:
        """The network's outputs in the unit of the series: values, or parameters of darts' likelihood.

        Returns a prediction (batch, output_chunk_length, n_targets, n_parameters), in the dtype of
        ``x_in.past_target``.
        """
        unit = self._unit(x_in.past_target)
        raw = self.network(self._past(x_in, unit), self._cast(x_in.future_covariates), self._static(x_in))
        return PLModuleOutput(prediction=self._to_series(raw, unit, x_in.past_target.dtype))

    def _train_val_step(
        self, batch: WindowBatch | TorchTrainingBatch, stage: ModuleStage, criterion: Any, metrics: Any
    ) -> Tensor:
        # As darts' own step, with outputs and targets scaled by each window.
        if isinstance(batch, WindowBatch):
            batch = batch.batch
        x_in = batch.to_module_input(stage=stage)
        unit = self._unit(batch.past_target)
        if stage is ModuleStage.TRAIN and self.every_position:
            raw, target = self._outputs_at_every_position(x_in, unit)
        else:
            target = batch.future_target
            raw = self.network(
                self._past(x_in, unit),
                self._cast(x_in.future_covariates),
                self._static(x_in),
                **self._teacher(target, unit, stage),
            )
        answer = target
        if unit is not None:
            raw = raw * unit.known()
            answer = unit.to_window(target)
        loss = self._compute_loss(PLModuleOutput(raw), self._cast(answer), criterion, batch.sample_weight)
        if stage is not ModuleStage.TRAIN or self._is_logging_step():
            n_windows = batch.past_target.shape[0]
            self.log(f"{stage.value}_loss", loss, batch_size=n_windows, prog_bar=True, sync_dist=True)
        if len(metrics):
            output = PLModuleOutput(self._to_series(raw.detach(), unit, target.dtype))
            self._update_metrics(output, target, metrics)
        return loss

    def _compute_loss(
        self, output: PLModuleOutput, target: Tensor, criterion: Any, sample_weight: Tensor | None
    ) -> Tensor:
        weight = self._cast(sample_weight)
        if self.horizon_weight is not None:
            weight = self.horizon_weight if weight is None else weight * self.horizon_weight
        loss: Tensor = super()._compute_loss(output, target, criterion, weight)
        return loss

    def on_fit_start(self) -> None:
        """Keep the losses of single values, which weights need; darts does the same for sample weights."""
        if self.horizon_weight is not None:
            self.train_criterion.reduction = self.val_criterion.reduction = "none"

    def on_train_start(self) -> None:
        """Note the number of training steps, which the schedule of teacher forcing needs."""
        if any(self.teacher_forcing):
            self._n_steps = float(self.trainer.estimated_stepping_batches)

    def _is_logging_step(self) -> bool:
        # Logging takes half the time of a small network's step, so log only when loggers write and at the
        # end of an epoch.
        step, every = self.trainer.global_step, max(self.trainer.log_every_n_steps, 1)
        return step == 0 or (step + 1) % every == 0 or bool(self.trainer.is_last_batch)

    def _teacher(self, target: Tensor, unit: WindowUnit | None, stage: ModuleStage) -> dict[str, Any]:
        """The truth that a decoder is fed: in training only, with a probability that changes linearly."""
        if stage is not ModuleStage.TRAIN or not any(self.teacher_forcing):
            return {}
        start, end = self.teacher_forcing
        done = min(self.trainer.global_step / max(self._n_steps - 1, 1), 1.0)
        truth = target if unit is None else unit.to_window(target)
        return {"truth": self._cast(truth), "teacher_forcing": start + (end - start) * done}

    def _outputs_at_every_position(
        self, x_in: PLModuleInput, unit: WindowUnit | None
    ) -> tuple[Tensor, Tensor]:
        """Outputs and targets, input_chunk_length steps each: those at position t are for step t + 1."""
        future = x_in.future_covariates
        if future is not None:
            future = torch.cat([x_in.historic_future_covariates[:, 1:], future], dim=1)
        outputs: Any = self.network.every_position
        raw = outputs(self._past(x_in, unit), self._cast(future), self._static(x_in))
        return raw, torch.cat([x_in.past_target[:, 1:], x_in.future_target], dim=1)

    def _unit(self, window: Tensor) -> WindowUnit | None:
        return None if self.scaling is None else window_unit(window, self.scaling)

    def _past(self, x_in: PLModuleInput, unit: WindowUnit | None) -> Tensor:
        """(batch, input_chunk_length, n_targets + n_past_features), targets in the unit of the window."""
        window = x_in.past_target if unit is None else unit.to_window(x_in.past_target)
        covariates = (x_in.past_covariates, x_in.historic_future_covariates)
        parts = [self._cast(part) for part in (window, *covariates) if part is not None]
        return torch.cat(parts, dim=2) if len(parts) > 1 else parts[0]

    def _static(self, x_in: PLModuleInput) -> Tensor | None:
        static = self._cast(x_in.static_covariates)
        return None if static is None else static.flatten(1)

    def _cast(self, values: Any) -> Any:
        return None if values is None else values.to(self.dtype)

    def _to_series(self, raw: Tensor, unit: WindowUnit | None, dtype: torch.dtype) -> Tensor:
        raw = raw.to(dtype)
        return raw if unit is None else TO_SERIES[self.likelihood and self.likelihood.type](unit, raw)

    def _get_mc_dropout_modules(self) -> set[nn.Module]:
        # The networks use torch's dropout in place of darts' Monte Carlo layers.
        return {
            layer
            for layer in self.network.modules()
            if (isinstance(layer, nn.Dropout) and layer.p > 0)
            or (isinstance(layer, nn.RNNBase) and layer.dropout > 0)
        }

    def set_mc_dropout(self, active: bool) -> None:
        """Drop units in prediction too, or no longer."""
        for layer in self._get_mc_dropout_modules():
            layer.train(active)
