"""A suite: tasks and models, as YAML writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from harmonic_forecasters.backtesting.models import ModelSpec, model_spec
from harmonic_forecasters.backtesting.task import Task

#: The leaderboard over all groups of tasks.
ALL = "all"

_KEYS = ("about", "seed", "reference", "tasks", "models", "defaults", "elsewhere")
_ELSEWHERE_KEYS = ("task", "forecast", "metric", "value", "how")


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Tasks and models to run, every model on every task.

    reference : the model that errors are divided by on leaderboards.
    elsewhere : results of studies too long for a suite, for the report to show beside those of the run: task,
        forecast, metric, value (a number), and how it was measured.
    source : the YAML text, kept for the record.
    """

    name: str
    about: str
    seed: int
    reference: str
    tasks: tuple[Task, ...]
    models: tuple[ModelSpec, ...]
    elsewhere: tuple[Mapping[str, Any], ...]
    source: str


def suite_names() -> list[str]:
    """Names of the suites inside the package."""
    folder = resources.files(__package__).joinpath("suites")
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


def load_suite(name_or_path: str, trusted: Sequence[str] = ()) -> Suite:
    """A suite by its name, or from a YAML file of the user's.

    trusted : packages whose forecasters the suite may name, beside darts, sktime and this one.
    Raises ValueError for an unknown suite, an unknown key (the message lists those allowed), a repeated name
    or an option out of its range.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise ValueError(f"suite file must exist, got {name_or_path!r}")
        return parse_suite(path.stem, path.read_text(encoding="utf-8"), trusted)
    if name_or_path not in suite_names():
        raise ValueError(
            f"suite must be one of {', '.join(suite_names())} or a path ending in .yaml, got {name_or_path!r}"
        )
    text = resources.files(__package__).joinpath(f"suites/{name_or_path}.yaml").read_text(encoding="utf-8")
    return parse_suite(name_or_path, text, trusted)


def parse_suite(name: str, text: str, trusted: Sequence[str] = ()) -> Suite:
    """A suite from YAML text; errors as in :func:`load_suite`."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"suite {name!r} must be valid YAML: {error}") from error
    _check_keys(f"suite {name!r}", content, _KEYS, required=("tasks", "models"))
    defaults = content.get("defaults") or {}
    task_keys = tuple(field.name for field in fields(Task))
    _check_keys(f"suite {name!r}: defaults", defaults, task_keys)
    tasks = []
    for entry in _list_of(name, content, "tasks"):
        _check_keys(f"suite {name!r}: a task", entry, task_keys, required=("name",))
        merged = {**defaults, **entry}
        if "horizon" not in merged:
            raise ValueError(f"suite {name!r}: task {entry['name']!r} must have a horizon")
        tasks.append(_task(name, merged))
    models = [_model(name, entry, trusted) for entry in _list_of(name, content, "models")]
    for kind, names in (("tasks", [t.name for t in tasks]), ("models", [m.name for m in models])):
        # Names become file names, and some file systems take "A" and "a" for the same.
        folded = [one.casefold() for one in names]
        repeated = [one for one in names if folded.count(one.casefold()) > 1]
        if repeated:
            raise ValueError(
                f"suite {name!r}: names of {kind} must differ, and not in capitals alone, "
                f"got {' and '.join(map(repr, repeated[:2]))}"
            )
    if ALL in [task.group for task in tasks]:
        raise ValueError(f"suite {name!r}: group must not be {ALL!r}, the leaderboard over all groups")
    reference = content.get("reference", models[0].name)
    if reference not in [model.name for model in models]:
        raise ValueError(
            f"suite {name!r}: reference must be one of {', '.join(m.name for m in models)}, got {reference!r}"
        )
    elsewhere = content.get("elsewhere") or []
    if not isinstance(elsewhere, list):
        raise ValueError(f"suite {name!r}: elsewhere must be a list, got {elsewhere!r}")
    for entry in elsewhere:
        _check_keys(f"suite {name!r}: elsewhere", entry, _ELSEWHERE_KEYS, required=_ELSEWHERE_KEYS)
        if isinstance(entry["value"], bool) or not isinstance(entry["value"], (int, float)):
            raise ValueError(f"suite {name!r}: elsewhere: value must be a number, got {entry['value']!r}")
    seed = content.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"suite {name!r}: seed must be a whole number of at least 0, got {seed!r}")
    return Suite(
        name=name,
        about=content.get("about", ""),
        seed=seed,
        reference=reference,
        tasks=tuple(tasks),
        models=tuple(models),
        elsewhere=tuple(elsewhere),
        source=text,
    )


def _task(suite: str, options: Mapping[str, Any]) -> Task:
    try:
        return Task(**options)
    except (TypeError, ValueError) as error:
        raise ValueError(f"suite {suite!r}: {error}") from error


def _model(suite: str, entry: Any, trusted: Sequence[str]) -> ModelSpec:
    try:
        return model_spec(entry, trusted)
    except ValueError as error:
        raise ValueError(f"suite {suite!r}: {error}") from error


def _list_of(name: str, content: Mapping[str, Any], key: str) -> list[Any]:
    if not isinstance(content[key], list) or not content[key]:
        raise ValueError(f"suite {name!r}: {key} must be a list of at least one, got {content[key]!r}")
    return content[key]


def _check_keys(
    where: str, content: object, allowed: tuple[str, ...], required: tuple[str, ...] = ()
) -> None:
    if not isinstance(content, Mapping):
        raise ValueError(f"{where} must be a mapping, got {content!r}")
    unknown = [key for key in content if key not in allowed]
    if unknown:
        raise ValueError(f"{where}: keys must be out of {', '.join(allowed)}, got {unknown[0]!r}")
    missing = [key for key in required if key not in content]
    if missing:
        raise ValueError(f"{where} must have the key {missing[0]!r}")
