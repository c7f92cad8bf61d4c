"""Base of the neural forecasters of the sktime door: translates tables to darts series and back."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, ClassVar, Self
from warnings import warn

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sktime.forecasting.base import ForecastingHorizon
from sktime.utils.dependencies import _check_estimator_deps
from sktime.utils.validation.forecasting import check_fh

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters._docstrings import filled
from harmonic_forecasters.sktime.memory import RememberingForecaster
from harmonic_forecasters.sktime.recording import Recording, all_or_none, recordings
from harmonic_forecasters.sktime.samples import check_label_kind
from harmonic_forecasters.sktime.shared_docs import SHARED


class NeuralForecaster(RememberingForecaster):
    """Base of the forecasters whose network a model of :mod:`harmonic_forecasters.darts` trains.

    A forecaster names its darts model, adds its parameters, and says which options make a small network,
    for tests. This base uses ``fine_tune_epochs`` and ``num_samples``; all other parameters go to the model.
    darts gets numbered samples, and the base translates between numbers and labels.

    * Let n be the farthest step of ``fh``. Forecasts are those of the model's ``predict(n)``. With a
      likelihood, they are the median of ``predict(n, num_samples=num_samples, random_state=random_state)``;
      quantiles and variance come from the same samples. Each call draws the same samples.
    * Beyond the output chunk darts rolls and places the last chunk so that it ends at n. So the forecasts of
      earlier steps depend on n, unless n is a multiple of the output chunk.
    * All series of a panel or hierarchy train one network. A relative ``fh`` counts from the end of each.
    * Gaps are refused, both NaN and labels that the index skips. An integer index counts labels.
    * ``X`` holds future covariates. It must have a row for every sample of y and every step up to the last of
      ``fh``. If the output chunk reaches further, the last row is repeated.
    * ``fit`` after ``pretrain`` trains a copy of that network. ``update(..., update_params=True)`` does what
      ``fit`` would do with all data up to the new cutoff; ``update_params=False`` moves the window there.
    """

    _tags: ClassVar[dict[str, Any]] = {
        "authors": "harmonic_forecasters developers",
        "maintainers": "harmonic_forecasters developers",
        "python_dependencies": ["darts>=0.48", "torch"],
        "y_inner_mtype": ["pd.DataFrame", "pd-multiindex", "pd_multiindex_hier"],
        "X_inner_mtype": ["pd.DataFrame", "pd-multiindex", "pd_multiindex_hier"],
        "requires-fh-in-fit": False,
        "capability:multivariate": True,
        "capability:exogenous": True,
        "capability:categorical_in_X": False,
        "capability:non_contiguous_X": False,
        "capability:missing_values": False,
        "capability:insample": False,
        "capability:pred_int": True,  # of an instance: where it has a likelihood
        "capability:pred_int:insample": False,
        "capability:update": True,
        "capability:pretrain": True,
        "capability:random_state": True,
        "property:randomness": "derandomized",
        "pretrain:fitted_params": ["pretrained_model_"],
    }

    _darts_model: ClassVar[str]
    #: Options of networks small enough for tests, one or more.
    small_networks: ClassVar[tuple[dict[str, Any], ...]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # Classes that sktime or a test derives have no docstring of their own.
        if "_darts_model" in vars(cls) and cls.__doc__:
            texts = {name: text.replace("{model}", cls._darts_model) for name, text in SHARED.items()}
            cls.__doc__ = filled(cls.__doc__, texts)

    input_chunk_length: int
    output_chunk_length: int
    likelihood: Any
    random_state: Any
    pl_trainer_kwargs: dict[str, Any] | None
    fine_tune_epochs: int | None
    num_samples: int
    torch_kwargs: dict[str, Any] | None

    def __init__(self) -> None:
        super().__init__()
        if not _check_estimator_deps(self, severity="none"):
            warn("networks need darts: pip install 'harmonic-forecasters[darts]'", stacklevel=3)
        if self.likelihood is None:
            self.set_tags(**{"capability:pred_int": False})

    def _check_fh(self, fh: Any, pred_int: bool = False) -> ForecastingHorizon:
        # sktime's own check of forecasts in the sample raises an unclear error for labels of another kind.
        if fh is not None and not (horizon := check_fh(fh)).is_relative:
            check_label_kind(horizon.to_pandas(), self._cutoff)
        return super()._check_fh(fh, pred_int)

    def _pretrain(self, y: pd.DataFrame, X: pd.DataFrame | None = None, fh: Any = None) -> Self:  # noqa: ARG002
        self.pretrained_model_ = self._trained(self._model_to_train(), recordings(y, X, self._cutoff))
        return self

    def _learn(self, y: pd.DataFrame, X: pd.DataFrame | None) -> None:
        parts, pretrained = recordings(y, X, self._cutoff), hasattr(self, "pretrained_model_")
        if pretrained and self.fine_tune_epochs == 0:
            self.model_ = self.pretrained_model_
        else:
            epochs = self.fine_tune_epochs if pretrained else None
            self.model_ = self._trained(self._model_to_train(), parts, epochs or 0)
        self._steps = {name: part.step for name, part in parts.items()}
        self._step = next(iter(self._steps.values()))
        self._sample_seed = self.random_state
        if self.random_state is None:
            self._sample_seed = int(np.random.default_rng().integers(2**31))

    def _model_to_train(self) -> Any:
        # A copy, since the next fit starts from the pretrained network again.
        return deepcopy(self.pretrained_model_) if hasattr(self, "pretrained_model_") else self._new_model()

    def _new_model(self) -> Any:
        # Imported here, since the class must work where darts and torch are not installed.
        from harmonic_forecasters import darts

        options = self.get_params(deep=False)
        check_whole_number("num_samples", options.pop("num_samples"), 1)
        fine_tune_epochs = options.pop("fine_tune_epochs")
        if fine_tune_epochs is not None:
            check_whole_number("fine_tune_epochs", fine_tune_epochs, 0)
        more = options.pop("torch_kwargs") or {}
        if "output_chunk_shift" in more:
            raise ValueError(f"torch_kwargs must not have output_chunk_shift: use fh instead, got {more!r}")
        unset = [name for name in ("n_epochs", "batch_size") if options[name] is None]
        options = {name: value for name, value in options.items() if name not in unset}
        # Copies, since darts writes to likelihoods and callbacks.
        return getattr(darts, self._darts_model)(**deepcopy(options), **deepcopy(more))

    def _trained(self, model: Any, parts: dict[Any, Recording], epochs: int = 0) -> Any:
        """The model, trained on all series together; 0 epochs means the model's own number."""
        return model.fit(
            [part.target() for part in parts.values()],
            future_covariates=all_or_none(part.covariates() for part in parts.values()),
            epochs=epochs,
            verbose=self._shows_progress(),
        )

    def _shows_progress(self) -> bool:
        return bool((self.pl_trainer_kwargs or {}).get("enable_progress_bar", False))

    def _forecast(
        self,
        fh: ForecastingHorizon,
        X: pd.DataFrame | None,
        columns: pd.Index,
        rows_of: Callable[[NDArray[Any]], NDArray[Any]],
    ) -> pd.DataFrame:
        """The forecasts of all series as one table.

        rows_of : maps samples, (n_times, n_columns of y, num_samples or 1), to (n_times, n_columns).
        """
        known = self._until_cutoff(self._cur_y)
        parts = recordings(known, self._known_covariates(X), self._cutoff, self._steps)
        asked = {name: part.steps_ahead(fh) for name, part in parts.items()}
        n = max(int(steps.max()) for _, steps in asked.values())
        num_samples = 1 if self.likelihood is None else self.num_samples
        forecasts = self.model_.predict(
            n,
            [part.target(self.input_chunk_length) for part in parts.values()],
            future_covariates=all_or_none(
                part.covariates(self.input_chunk_length, steps.max(), max(n, self.output_chunk_length))
                for part, (_, steps) in zip(parts.values(), asked.values(), strict=True)
            ),
            num_samples=num_samples,
            # All samples in one batch, so that the samples of the first steps do not depend on n.
            batch_size=max(self.model_.batch_size, num_samples),
            verbose=self._shows_progress(),
            random_state=deepcopy(self._sample_seed),
        )
        tables = {
            name: pd.DataFrame(rows_of(forecast.all_values(copy=False)[steps - 1]), labels, columns)
            for (name, (labels, steps)), forecast in zip(asked.items(), forecasts, strict=True)
        }
        return tables[None] if None in tables else pd.concat(tables, names=self._cur_y.index.names)

    def _predict(self, fh: ForecastingHorizon, X: pd.DataFrame | None) -> pd.DataFrame:
        return self._forecast(fh, X, self._cur_y.columns, lambda samples: np.median(samples, axis=2))

    def _predict_var(self, fh: Any, X: pd.DataFrame | None, cov: bool = False) -> pd.DataFrame:  # noqa: ARG002
        return self._forecast(fh, X, self._cur_y.columns, lambda samples: samples.var(axis=2))

    def _predict_quantiles(self, fh: Any, X: pd.DataFrame | None, alpha: list[float]) -> pd.DataFrame:
        def rows_of(samples: NDArray[Any]) -> NDArray[Any]:
            return np.moveaxis(np.quantile(samples, alpha, axis=2), 0, 2).reshape(len(samples), -1)

        return self._forecast(fh, X, pd.MultiIndex.from_product([self._cur_y.columns, alpha]), rows_of)

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:  # noqa: ARG003
        """Settings for sktime's tests: small networks, without and with a likelihood.

        parameter_set : ignored, there is one set only.   Returns a list of constructor arguments.
        """
        from darts.utils.likelihood_models.torch import GaussianLikelihood

        short = {"n_epochs": 1, "batch_size": 64, "pl_trainer_kwargs": {"accelerator": "cpu"}}
        first, last = cls.small_networks[0], cls.small_networks[-1]
        sampling = {"likelihood": GaussianLikelihood(), "scaling": "max", "num_samples": 9}
        return [
            {"input_chunk_length": 3, "output_chunk_length": 2, **short, **first},
            {"input_chunk_length": 4, "output_chunk_length": 1, "fine_tune_epochs": 0}
            | sampling
            | short
            | last,
        ]
