"""Models by name or by class, made for a task."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from harmonic_forecasters.backtesting.task import Task

SCOPES = (None, "local", "global")
_KEYS = ("class", "params", "scope", "standardize", "about")


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """A forecasting model of darts or sktime, before it meets a task.

    name : unique within a suite.
    class_path : ``package.module:Class``.
    params : constructor parameters; strings ``$word`` are filled in by :func:`placeholders`.
    scope : ``"local"``, ``"global"`` or None for what the class is by nature.
    standardize : show the model (history - mean) / deviation and map its forecast back.
    about : one line for reports.
    """

    name: str
    class_path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    scope: str | None = None
    standardize: bool = False
    about: str = ""

    def __post_init__(self) -> None:
        if self.scope not in SCOPES:
            raise ValueError(f"model {self.name!r}: scope must be local or global, got {self.scope!r}")
        if self.class_path.count(":") != 1:
            raise ValueError(
                f"model {self.name!r}: class must be written package.module:Class, got {self.class_path!r}"
            )

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


@cache
def known_models() -> dict[str, ModelSpec]:
    """The models of models.yaml, by name."""
    text = resources.files(__package__).joinpath("models.yaml").read_text(encoding="utf-8")
    return {name: _from_mapping(name, entry) for name, entry in yaml.safe_load(text).items()}


def model_spec(entry: str | Mapping[str, Any]) -> ModelSpec:
    """A model as a suite writes it.

    entry : a known name; ``package.module:Class``; or a mapping with ``name`` and either ``class``, or
        ``base``, a known name to start from (left out: ``name`` itself is the known one), and with
        ``params``, ``scope``, ``standardize``, ``about``.
    Raises ValueError for an unknown name or key; the message lists the known ones.
    """
    if isinstance(entry, str):
        entry = {"name": entry}
    keys = dict(entry)
    name = keys.pop("name", None)
    if not isinstance(name, str):
        raise ValueError(f"a model must have a name, got {dict(entry)!r}")
    if "class" in keys:
        return _from_mapping(name, keys)
    base = keys.pop("base", name)
    if ":" in base:
        return _from_mapping(base.split(":")[1], {"class": base} | keys)
    if base not in known_models():
        raise ValueError(
            f"model must be one of {', '.join(known_models())}, package.module:Class, or have a class, "
            f"got {base!r}"
        )
    known = known_models()[base]
    merged = {
        "class": known.class_path,
        "scope": known.scope,
        "standardize": known.standardize,
        "about": known.about,
    } | keys
    merged["params"] = dict(known.params) | dict(keys.get("params") or {})
    return _from_mapping(name, merged)


def _from_mapping(name: str, entry: Mapping[str, Any]) -> ModelSpec:
    unknown = sorted(set(entry) - set(_KEYS))
    if unknown:
        raise ValueError(f"model {name!r}: keys must be out of {', '.join(_KEYS)}, got {unknown[0]!r}")
    options = {key: value for key, value in entry.items() if key not in ("class", "params")}
    return ModelSpec(name=name, class_path=entry["class"], params=entry.get("params") or {}, **options)


def placeholders(task: Task) -> dict[str, int]:
    """What the $words in parameters stand for on a task, all in samples."""
    return {
        "$horizon": task.horizon,
        "$seasonality": task.seasonality,
        # Seasonal searches of ARIMA and ETS orders take minutes beyond 24.
        "$short_seasonality": task.seasonality if task.seasonality <= 24 else 1,
        "$lookback": task.lookback,
        # Lags of a regression: forward prediction from half the window, at most 30.
        "$order": max(1, min(30, task.lookback // 2)),
        # A recurrent network that predicts the next value sees the window and all but the last target.
        "$training_length": task.lookback + task.horizon - 1,
    }


def build(spec: ModelSpec, task: Task, seed: int) -> Any:
    """The model, made for the task; ``random_state`` is the seed where the class takes one."""
    words = placeholders(task)
    params = {key: _fill(value, words) for key, value in spec.params.items()}
    model_class = load_class(spec.class_path)
    if "random_state" not in params and "random_state" in _parameter_names(model_class):
        params["random_state"] = seed
    return model_class(**params)


def load_class(class_path: str) -> Any:
    """The class that ``package.module:Class`` names.

    Raises ValueError where the module or the class does not exist, with the reason.
    """
    module_name, class_name = class_path.split(":")
    try:
        return getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"class {class_path!r} cannot be loaded: {error}") from error


def _fill(value: Any, words: Mapping[str, int]) -> Any:
    if isinstance(value, Mapping):
        return {key: _fill(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, words) for item in value]
    if isinstance(value, str) and value.startswith("$"):
        if value not in words:
            raise ValueError(f"a placeholder must be one of {', '.join(words)}, got {value!r}")
        return words[value]
    return value


def _parameter_names(model_class: Any) -> set[str]:
    """Names of the constructor's parameters; darts' torch models pass some on to their parents."""
    names: set[str] = set()
    for parent in inspect.getmro(model_class):
        if "__init__" in vars(parent):
            names |= set(inspect.signature(vars(parent)["__init__"]).parameters)
    return names
