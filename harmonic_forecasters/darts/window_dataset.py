"""Training windows, cut from all series at once: a batch takes a few array operations, not one per window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import ceil
from typing import Any, Self

import numpy as np
import torch
from darts import TimeSeries
from darts.utils.data import SequentialTorchTrainingDataset
from darts.utils.data.torch_datasets.utils import (
    TorchTrainingBatch,
    TorchTrainingSample,
    _batch_collate_fn_train,
)
from darts.utils.data.utils import FeatureType
from numpy.typing import NDArray

from harmonic_forecasters.darts.series import check_finite, series_values


@dataclass(frozen=True)
class _Windows:
    """Windows of one feature over all series, laid end to end.

    views : (n_windows, length, n_components).   last : for each series, the position of its last window.
    """

    views: NDArray[Any]
    last: NDArray[np.int64]


class WindowTrainingDataset(SequentialTorchTrainingDataset):
    """darts' sequential training windows, in the same order, and also whole batches of them.

    Raises ValueError if the series differ in their number of components, if covariates do not cover the
    windows, or if any value is NaN or infinite.
    """

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.n_windows = np.array(
            [
                min(
                    ceil((len(one) - self.size_of_both_chunks + 1) / self.stride),
                    self.max_samples_per_ts,
                )
                for one in self.series
            ]
        )
        bounds = [self._last_windows(i) for i in range(len(self.series))]
        self._check_values(bounds)
        features = {
            FeatureType.PAST_TARGET: self.series,
            FeatureType.PAST_COVARIATES: self.past_covariates,
            FeatureType.HISTORIC_FUTURE_COVARIATES: self.future_covariates,
            FeatureType.FUTURE_COVARIATES: self.future_covariates,
            FeatureType.FUTURE_TARGET: self.series,
            FeatureType.SAMPLE_WEIGHT: self.sample_weight,
        }
        self._features = {
            feature.value: self._windows(feature.value, series, [one[feature] for one in bounds])
            for feature, series in features.items()
            if series is not None
        }
        self._static = self._static_covariates() if self.uses_static_covariates_covariates else None

    def __getitems__(self, indices: Sequence[int]) -> TorchTrainingBatch:
        """The batch of these windows. torch's loader calls this method in place of ``__getitem__``."""
        series, window = np.divmod(np.asarray(indices), self.max_samples_per_ts)
        # A shorter series has fewer windows than max_samples_per_ts: they repeat, as in darts.
        back = window % self.n_windows[series] * self.stride
        batch = {
            name: torch.from_numpy(feature.views[feature.last[series] - back])
            for name, feature in self._features.items()
        }
        if self._static is not None:
            batch["static_covariates"] = torch.from_numpy(self._static[series])
        return TorchTrainingBatch(**batch)

    def _last_windows(self, i: int) -> dict[FeatureType, tuple[int, int]]:
        """First position and last position + 1 of every feature in the last window of series i.

        darts checks that the series cover them.
        """
        bounds = {}
        # darts checks only the first window that it is asked for, so its memory is cleared in between.
        for back in (int(self.n_windows[i] - 1) * self.stride, 0):
            self._index_memory.pop(i, None)
            bounds = self._memory_indexer(
                series_idx=i,
                series=self.series[i],
                shift=self.shift,
                input_chunk_length=self.input_chunk_length,
                output_chunk_length=self.output_chunk_length,
                end_of_output_idx=len(self.series[i]) - back,
                past_covariates=self.past_covariates[i] if self.past_covariates else None,
                future_covariates=self.future_covariates[i] if self.future_covariates else None,
                sample_weight=self.sample_weight[i] if self.sample_weight else None,
                n=None,
            )
        return bounds

    def _check_values(self, bounds: Sequence[dict[FeatureType, tuple[int, int]]]) -> None:
        for name, series, begins, ends in (
            ("series", self.series, FeatureType.PAST_TARGET, FeatureType.FUTURE_TARGET),
            ("past_covariates", self.past_covariates, *2 * (FeatureType.PAST_COVARIATES,)),
            (
                "future_covariates",
                self.future_covariates,
                FeatureType.HISTORIC_FUTURE_COVARIATES,
                FeatureType.FUTURE_COVARIATES,
            ),
            ("sample_weight", self.sample_weight, *2 * (FeatureType.SAMPLE_WEIGHT,)),
        ):
            for i, one in enumerate(series or ()):
                first = bounds[i][begins][0] - int(self.n_windows[i] - 1) * self.stride
                check_finite(name, one, i, first, bounds[i][ends][1])

    def _static_covariates(self) -> NDArray[Any]:
        """(n_series, n_rows, n_columns)."""
        tables = [one.static_covariates_values(copy=False) for one in self.series]
        shapes = sorted({None if table is None else table.shape for table in tables}, key=str)
        if len(shapes) > 1:
            raise ValueError(f"static covariates must have the same shape in all series, got {shapes}")
        return np.stack(tables)

    def _windows(
        self, name: str, series: Sequence[TimeSeries], bounds: Sequence[tuple[int, int]]
    ) -> _Windows:
        widths = sorted({one.n_components for one in series})
        if len(widths) > 1:
            raise ValueError(f"{name} must all have the same number of components, got {widths}")
        used = []
        for one, n_windows, (first, end) in zip(series, self.n_windows, bounds, strict=True):
            used.append(series_values(one)[first - (n_windows - 1) * self.stride : end])
        length = bounds[0][1] - bounds[0][0]
        ends = np.cumsum([len(values) for values in used])
        views = np.lib.stride_tricks.sliding_window_view(np.concatenate(used), length, axis=0)
        return _Windows(views.transpose(0, 2, 1), ends - length)


class WindowBatch:
    """Wraps a batch of darts, a dataclass, which Lightning would otherwise copy deeply at every step."""

    def __init__(self, batch: TorchTrainingBatch):
        self.batch = batch

    def to(self, device: torch.device, **options: Any) -> Self:
        """The same on another device."""
        tensors = {field.name: getattr(self.batch, field.name) for field in fields(self.batch)}
        self.batch = TorchTrainingBatch(
            **{name: x if x is None else x.to(device, **options) for name, x in tensors.items()}
        )
        return self


def collate(batch: TorchTrainingBatch | list[TorchTrainingSample]) -> WindowBatch:
    """Wrap a batch; the windows of any other darts dataset are stacked to a batch first."""
    return WindowBatch(batch if isinstance(batch, TorchTrainingBatch) else _batch_collate_fn_train(batch))
