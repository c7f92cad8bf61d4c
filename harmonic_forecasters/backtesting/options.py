"""The types of a task's options, each with its rule."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import PlainValidator

from harmonic_forecasters import datasets
from harmonic_forecasters.backtesting.checked import check_keys, shown, whole_number
from harmonic_forecasters.backtesting.scores import METRICS
from harmonic_forecasters.backtesting.series import signal_parameters
from harmonic_forecasters.datasets.files import SUFFIXES
from harmonic_forecasters.datasets.own import OPTIONS, OwnDataset, own_dataset
from harmonic_forecasters.signals import GENERATORS


def _dataset(value: Any) -> str | OwnDataset | None:
    """The name of a known dataset, or the user's own data, read."""
    if value is None or isinstance(value, OwnDataset):
        return value
    if isinstance(value, str) and not value.lower().endswith(SUFFIXES):
        if value in datasets.list_datasets():
            return value
        raise ValueError(
            f"dataset must be one of {', '.join(datasets.list_datasets())} or a path that ends in "
            f"{' or '.join(SUFFIXES)}, got {value!r}"
        )
    options = {"data": value}
    if isinstance(value, Mapping):
        check_keys("dataset", value, ("file", *OPTIONS))
        if not isinstance(value.get("file"), str | Path):
            raise ValueError(f"dataset must have the key 'file', a path, got {shown(value)}")
        options = {"data" if key == "file" else key: option for key, option in value.items()}
    try:
        return own_dataset(**options)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _signals(value: Any) -> Mapping[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or value.get("kind") not in GENERATORS:
        raise ValueError(
            f"signals must be a mapping with a kind out of {', '.join(GENERATORS)}, got {shown(value)}"
        )
    allowed = signal_parameters(value["kind"]) - {"random_state"}
    for key in value:
        if key not in {"kind"} | allowed:
            names = ", ".join(sorted(allowed)) or "no arguments"
            raise ValueError(f"signals of kind {value['kind']} take {names}, got {key!r}")
    return value


def _random_factor(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    factor = tuple(value) if isinstance(value, list) else value
    if not _are_numbers(factor) or len(factor) != 2 or not 0 < factor[0] <= factor[1] < np.inf:
        raise ValueError(
            f"random_factor must be (lowest, highest) with 0 < lowest <= highest, got {shown(factor)}"
        )
    return factor


def _metrics(value: Any) -> tuple[str, ...]:
    metrics = tuple(value) if isinstance(value, list) else value
    if not isinstance(metrics, tuple) or not metrics:
        raise ValueError(f"metrics must be a list of at least one, got {shown(metrics)}")
    for metric in metrics:
        if metric not in METRICS:
            raise ValueError(f"metrics must be among {', '.join(METRICS)}, got {shown(metric)}")
    return metrics


def _quantiles(value: Any) -> tuple[float, ...]:
    levels = tuple(value) if isinstance(value, list) else value
    if _are_numbers(levels) and all(0 < level < 1 for level in levels):
        mirrored = [round(1.0 - level, 12) for level in reversed(levels)]
        if list(levels) == sorted(set(levels)) and mirrored == [round(level, 12) for level in levels]:
            return levels
    raise ValueError(f"quantiles must rise, lie in (0, 1) and be symmetric around 0.5, got {shown(levels)}")


def _are_numbers(values: object) -> bool:
    return isinstance(values, tuple) and all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in values
    )


WholeNumber = Annotated[int, whole_number(1)]
WholeNumberOrNone = Annotated[int | None, whole_number(1, or_none=True)]
NaturalNumber = Annotated[int, whole_number(0)]
# Any: pydantic would open a dataclass and copy a mapping.
DatasetOption = Annotated[Any, PlainValidator(_dataset)]
SignalsOption = Annotated[Any, PlainValidator(_signals)]
RandomFactor = Annotated[tuple[float, float] | None, PlainValidator(_random_factor)]
Metrics = Annotated[tuple[str, ...], PlainValidator(_metrics)]
Quantiles = Annotated[tuple[float, ...], PlainValidator(_quantiles)]
