"""Models by name or by class, made for a task."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal, Self

import yaml
from pydantic import Field, StrictBool, model_validator

from harmonic_forecasters.backtesting.checked import Checked, Text
from harmonic_forecasters.backtesting.task import Task
from harmonic_forecasters.backtesting.trust import check_class_path, load_class

_KEYS = ("class", "base", "params", "scope", "standardize", "about")

#: word -> what it stands for on a task, in samples; parameters may hold these words.
PLACEHOLDERS: Mapping[str, Callable[[Task], int]] = {
    "$horizon": lambda task: task.horizon,
    "$seasonality": lambda task: task.season,
    # Seasonal searches of ARIMA and ETS orders take minutes beyond 24.
    "$short_seasonality": lambda task: task.season if task.season <= 24 else 1,
    "$lookback": lambda task: task.lookback,
    # Lags of a regression: forward prediction from half the window, at most 30.
    "$order": lambda task: max(1, min(30, task.lookback // 2)),
    # Steps of training: 948 on a panel of 10,000 signals, the same for every network.
    "$n_epochs": lambda task: 12 if task.training_signals else 100,
    "$batch_size": lambda task: 128 if task.training_signals else 32,
    # A recurrent network that predicts the next value sees the window and all but the last target.
    "$training_length": lambda task: task.lookback + task.horizon - 1,
}


class ModelSpec(Checked):
    """A forecasting model of darts or sktime, before it meets a task.

    name : unique within a suite.
    class_path : ``package.module:Class``.
    params : constructor parameters; strings ``$word`` are those of :data:`PLACEHOLDERS`.
    scope : ``"local"``, ``"global"`` or None for what the class is by nature.
    standardize : show the model (history - mean) / deviation and map its forecast back.
    about : one line for reports.
    trusted : packages beside darts, sktime and this one that ``class_path`` may belong to. The user gives
        them, never the suite, and they are no part of the record.

    Raises ValueError for an option out of its range, and for a class of another package: see :mod:`.trust`.
    """

    kind = "model"

    name: Text
    class_path: Any
    params: dict[str, Any] = Field(default_factory=dict)
    scope: Literal["local", "global"] | None = None
    standardize: StrictBool = False
    about: str = ""
    trusted: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_class_path(self.class_path, self.trusted)
        for word in _words(self.params):
            if word not in PLACEHOLDERS:
                raise ValueError(
                    f"a placeholder in params must be one of {', '.join(PLACEHOLDERS)}, got {word!r}"
                )
        return self

    def as_record(self) -> dict[str, Any]:
        """The fields as plain values."""
        return self.model_dump(exclude={"trusted"})

    def load_class(self) -> type:
        """The class, imported and checked, not constructed; raises as :func:`.trust.load_class` does."""
        try:
            return load_class(self.class_path, self.trusted)
        except ValueError as error:
            raise ValueError(f"model {self.name!r}: {error}") from error


@cache
def known_models() -> dict[str, ModelSpec]:
    """The models of models.yaml, by name."""
    text = resources.files(__package__).joinpath("models.yaml").read_text(encoding="utf-8")
    return {name: _from_mapping(name, entry) for name, entry in yaml.safe_load(text).items()}


def model_spec(entry: str | Mapping[str, Any], trusted: Sequence[str] = ()) -> ModelSpec:
    """A model as a suite writes it.

    entry : a known name; ``package.module:Class``; or a mapping with ``name`` and either ``class``, or
        ``base``, a known name to start from (left out: ``name`` itself is the known one), and with
        ``params``, ``scope``, ``standardize``, ``about``.
    trusted : packages that its class may belong to, beside darts, sktime and this one.
    Raises ValueError for an unknown name or key; the message lists the known ones.
    """
    if isinstance(entry, str):
        entry = {"name": entry}
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        raise ValueError(f"a model must be a name or a mapping with a name, got {entry!r}")
    keys = dict(entry)
    name = keys.pop("name")
    unknown = [key for key in keys if key not in _KEYS]
    if unknown:
        raise ValueError(f"model {name!r}: keys must be out of name, {', '.join(_KEYS)}, got {unknown[0]!r}")
    if "class" in keys and "base" in keys:
        raise ValueError(f"model {name!r} must have a class or a base, not both")
    if ":" in name and "class" not in keys and "base" not in keys:
        keys["class"] = name
        name = name.split(":")[1]
    if "class" in keys:
        return _from_mapping(name, keys, trusted)
    base = keys.pop("base", name)
    if base not in known_models():
        raise ValueError(
            f"a model without a class must be, or have as its base, one of {', '.join(known_models())} "
            f"(or be written package.module:Class), got {base!r}"
        )
    known = known_models()[base]
    merged = {
        "class": known.class_path,
        "scope": known.scope,
        "standardize": known.standardize,
        "about": known.about,
    } | keys
    if isinstance(keys.get("params"), Mapping):
        merged["params"] = dict(known.params) | dict(keys["params"])
    elif keys.get("params") is None:
        merged["params"] = known.params
    return _from_mapping(name, merged, trusted)


def _from_mapping(name: str, entry: Mapping[str, Any], trusted: Sequence[str] = ()) -> ModelSpec:
    options = {key: value for key, value in entry.items() if key not in ("class", "params")}
    return ModelSpec(
        name=name,
        class_path=entry["class"],
        params=entry.get("params") or {},
        trusted=tuple(trusted),
        **options,
    )


def build(spec: ModelSpec, task: Task, seed: int) -> Any:
    """The model, made for the task; ``random_state`` is the seed where the class takes one."""
    params = {key: _fill(value, task) for key, value in spec.params.items()}
    model_class = spec.load_class()
    if "random_state" not in params and "random_state" in _parameter_names(model_class):
        params["random_state"] = seed
    return model_class(**params)


def _fill(value: Any, task: Task) -> Any:
    if isinstance(value, Mapping):
        return {key: _fill(item, task) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, task) for item in value]
    return PLACEHOLDERS[value](task) if _is_word(value) else value


def _words(value: Any) -> Iterator[str]:
    """The placeholders in a value, at any depth."""
    if isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _words(item)
    elif _is_word(value):
        yield value


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$")


def _parameter_names(model_class: Any) -> set[str]:
    """Names of the constructor's parameters; darts' torch models pass some on to their parents."""
    names: set[str] = set()
    for parent in inspect.getmro(model_class):
        if "__init__" in vars(parent):
            names |= set(inspect.signature(vars(parent)["__init__"]).parameters)
    return names
