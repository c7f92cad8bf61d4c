"""What the neural darts models share: windows, scaling, training, and copies that keep their weights."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from functools import wraps
from typing import Any, ClassVar, Self

import numpy as np
import torch
from darts import TimeSeries
from darts.models.forecasting.torch_forecasting_model import MixedCovariatesTorchModel
from darts.utils.data import TorchInferenceDataset, TorchTrainingDataset
from darts.utils.data.torch_datasets.utils import TorchTrainingSample
from darts.utils.serialization import add_safe_globals
from darts.utils.utils import generate_index
from torch import nn

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters._docstrings import filled
from harmonic_forecasters.darts.scaling import check_scaling
from harmonic_forecasters.darts.series import check_finite, check_series
from harmonic_forecasters.darts.shared_docs import SHARED
from harmonic_forecasters.darts.undisturbed import quiet, undisturbed
from harmonic_forecasters.darts.window_dataset import WindowTrainingDataset, collate
from harmonic_forecasters.darts.windowed_module import WindowedModule

#: A trainer that writes and announces nothing.
SILENT_TRAINER = {"logger": False, "enable_checkpointing": False, "enable_model_summary": False}


class WindowedModel(MixedCovariatesTorchModel):
    """A network that forecasts ``output_chunk_length`` values from the ``input_chunk_length`` before them.

    Each window is scaled separately, and the loss is computed on scaled values, so neither the level nor the
    scale of a series matters. The forecast of a constant window is that constant. The network runs in the
    precision of the series of its first fit, or in that of ``pl_trainer_kwargs={"precision": ...}``. A series
    of another precision is scaled first and then cast.

    Inputs: one or several series, with one or several components; past, future and static covariates;
    encoders (``add_encoders``); ``sample_weight``; ``val_series``; ``mc_dropout``. Covariates are not scaled.
    NaN, infinite values, stochastic series and darts' ``use_reversible_instance_norm`` are refused.

    By default, only Lightning's progress bar is printed (``verbose=False`` turns it off; ``verbose=True``
    also shows the table of parameters), and no file is written. The loss is logged every
    ``log_every_n_steps`` of the trainer and at the end of each epoch.

    A subclass names its network, ``network_class``, and its ``learning_rate``, which ``optimizer_kwargs``
    replace.

    scaling : ``"standard"``, ``"max"`` or None, see :mod:`~harmonic_forecasters.darts.scaling`.
    network_options : keywords of the network beyond the sizes of its tensors.
    use_static_covariates : whether the static covariates that a series carries are inputs.
    module_options : keywords of :class:`~.windowed_module.WindowedModule` beyond the network and darts' own.
    options : everything that darts' torch models take.
    Raises ValueError for an option out of its range; the message says the rule and the value.
    """

    network_class: ClassVar[type[nn.Module]]
    learning_rate: ClassVar[float] = 1e-3

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        add_safe_globals([cls, cls.network_class])
        cls.__doc__ = cls.__doc__ and filled(cls.__doc__, SHARED)

    def __init__(
        self,
        input_chunk_length: int,
        output_chunk_length: int,
        output_chunk_shift: int = 0,
        *,
        scaling: str | None,
        network_options: dict[str, Any],
        use_static_covariates: bool = True,
        module_options: dict[str, Any] | None = None,
        **options: Any,
    ):
        check_whole_number("input_chunk_length", input_chunk_length, 1)
        check_whole_number("output_chunk_length", output_chunk_length, 1)
        check_whole_number("output_chunk_shift", output_chunk_shift, 0)
        likelihood = options.get("likelihood")
        check_scaling(scaling, likelihood)
        if options.get("use_reversible_instance_norm"):
            raise ValueError(
                "use_reversible_instance_norm must be False: the option scaling normalises each window, "
                f"got {options['use_reversible_instance_norm']!r}"
            )
        # Built once without memory, so that a bad option is refused before darts creates folders.
        with torch.device("meta"):
            self.network_class(
                input_length=input_chunk_length,
                output_length=output_chunk_length,
                n_parameters=likelihood.num_parameters if likelihood else 1,
                **network_options,
            )
        if options.get("random_state") is None:
            # By default darts draws from numpy's global generator, which belongs to the user. The state is
            # set from an array, since darts refuses to load a generator that holds a SeedSequence.
            self._random_instance = np.random.RandomState(np.random.SeedSequence().generate_state(4))
        with quiet(options.get("show_warnings", False)):
            super().__init__(**self._extract_torch_model_params(**self.model_params))
        self._considers_static_covariates = use_static_covariates
        self.trainer_params.setdefault("enable_model_summary", False)
        optimizer = {"optimizer_kwargs": {"lr": self.learning_rate}}
        self.pl_module_params = optimizer | self._extract_pl_module_params(**self.model_params)
        self._module_options = {
            "network_class": self.network_class,
            "network_options": network_options,
            "scaling": scaling,
            **(module_options or {}),
        }

    def _create_model(self, train_sample: TorchTrainingSample) -> WindowedModule:  # noqa: ARG002
        return WindowedModule(**self._module_options, **(self.pl_module_params or {}))

    fit = undisturbed(MixedCovariatesTorchModel.fit)
    fit_from_dataset = undisturbed(MixedCovariatesTorchModel.fit_from_dataset)
    predict_from_dataset = undisturbed(MixedCovariatesTorchModel.predict_from_dataset)
    lr_find = undisturbed(MixedCovariatesTorchModel.lr_find)
    scale_batch_size = undisturbed(MixedCovariatesTorchModel.scale_batch_size)
    _load_from_checkpoint = undisturbed(MixedCovariatesTorchModel._load_from_checkpoint)

    @undisturbed
    @wraps(MixedCovariatesTorchModel.predict)
    def predict(self, n: int, series: Any = None, *arguments: Any, **options: Any) -> Any:
        check_whole_number("n", n, 1)
        if series is not None:
            check_series(series, self.input_chunk_length)
        return super().predict(n, series, *arguments, **options)

    def _setup_for_fit_from_dataset(self, series: Any, **options: Any) -> Any:
        for given in (series, options.get("val_series")):
            if given is not None or given is series:
                check_series(given, self.min_train_series_length, "those of input and output chunk")
        return super()._setup_for_fit_from_dataset(series=series, **options)

    def _setup_for_train(self, **options: Any) -> dict[str, Any]:
        loading = {"collate_fn": collate, "pin_memory": torch.cuda.is_available()}
        options["dataloader_kwargs"] = loading | (options.get("dataloader_kwargs") or {})
        parameters: dict[str, Any] = super()._setup_for_train(**options)
        return parameters

    def _setup_for_predict(self, **options: Any) -> dict[str, Any]:
        loading = {"pin_memory": torch.cuda.is_available()}
        options["dataloader_kwargs"] = loading | (options.get("dataloader_kwargs") or {})
        parameters: dict[str, Any] = super()._setup_for_predict(**options)
        return parameters

    def _build_train_dataset(self, **options: Any) -> TorchTrainingDataset:
        if not self._requires_training:
            return super()._build_train_dataset(**options)
        return WindowTrainingDataset(
            **options,
            input_chunk_length=self.input_chunk_length,
            output_chunk_length=self.output_chunk_length,
            output_chunk_shift=self.output_chunk_shift,
            use_static_covariates=self.uses_static_covariates,
        )

    def _build_inference_dataset(
        self, *, n: int, series: Sequence[TimeSeries], bounds: Any = None, **options: Any
    ) -> TorchInferenceDataset:
        chunk = self.output_chunk_length
        # Past covariates are read up to the last window, future covariates up to the last forecast.
        ahead = {"past_covariates": max(n - chunk, 0), "future_covariates": max(n, chunk)}
        for i, one in enumerate(series):
            first, last = (len(one), len(one)) if bounds is None else bounds[i]
            begin = first - self.input_chunk_length
            check_finite("series", one, i, begin, last)
            for name, samples in ahead.items():
                if options.get(name) is not None:
                    until = last + samples + self.output_chunk_shift
                    _check_covariates(name, options[name][i], i, one, begin, until)
        return super()._build_inference_dataset(n=n, series=series, bounds=bounds, **options)

    def _verify_dtypes(self, ds_output: Any) -> None:
        """Accept every precision: arrays are cast to the precision of the network."""

    def save(self, path: str | None = None, clean: bool = False) -> None:
        """As darts' own; it also writes the weights of a model that was just loaded."""
        stored = copy.copy(self)
        stored.trainer = self.trainer
        resumable = self.load_ckpt_path and os.path.exists(self.load_ckpt_path)
        if self.model is not None and self.trainer is None and not resumable:
            with quiet(show_warnings=False):
                stored.trainer = self._setup_trainer(None, self.model, verbose=False)
            stored.trainer.strategy.connect(self.model)
        # The checkpoint, a second file, holds the weights.
        stored.model = None
        super(WindowedModel, stored).save(path, clean)

    @undisturbed
    @wraps(MixedCovariatesTorchModel.load_weights_from_checkpoint)
    def load_weights_from_checkpoint(self, *arguments: Any, **options: Any) -> None:
        try:
            super().load_weights_from_checkpoint(*arguments, **options)
        except RuntimeError as error:
            raise ValueError(f"weights must have the shapes of the network's: {error}") from error

    def _clean(self) -> Self:
        cleaned: Self = super()._clean()
        cleaned.trainer_params = SILENT_TRAINER | {"precision": self.trainer_params.get("precision")}
        return cleaned

    def __getstate__(self) -> dict[str, Any]:
        # darts leaves the network out of copies.
        return super().__getstate__() | {"model": self.model}

    def __setstate__(self, state: dict[str, Any]) -> None:
        model = state["model"]
        super().__setstate__(state)
        self.model = model

    @property
    def _ckpt_skipped_params(self) -> list[str]:
        # Options of training do not change the shapes of weights.
        return [*super()._ckpt_skipped_params, "teacher_forcing", "horizon_weighting", "train_on"]

    @property
    def supports_static_covariates(self) -> bool:
        return True


def _check_covariates(
    name: str, covariates: TimeSeries, i: int, series: TimeSeries, begin: int, end: int
) -> None:
    """Raise ValueError for NaN or infinite values at the samples begin..end - 1 of the series.

    darts itself refuses covariates that end too early.
    """
    times = generate_index(start=series.start_time(), length=end, freq=series.freq)[begin:]
    used = np.flatnonzero(covariates.time_index.isin(times))
    if len(used):
        check_finite(name, covariates, i, used[0], used[-1] + 1)


add_safe_globals([WindowedModule])
