"""A suite: tasks and models, as YAML writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import Field, PlainValidator, ValidationInfo, model_validator

from harmonic_forecasters.backtesting.checked import Checked, Text, check_keys, shown
from harmonic_forecasters.backtesting.models import ModelSpec, model_spec
from harmonic_forecasters.backtesting.options import NaturalNumber
from harmonic_forecasters.backtesting.task import Task
from harmonic_forecasters.datasets.files import SUFFIXES

#: The leaderboard over all groups of tasks.
ALL = "all"

_KEYS = ("about", "seed", "reference", "tasks", "models", "defaults", "elsewhere")


class Result(Checked):
    """A result of a study too long for a suite, for the report to show beside those of the run.

    forecast : what was measured, such as the name of a model.   how : it was measured.
    """

    kind = "result from elsewhere"

    task: Text
    forecast: Text
    metric: Text
    value: Annotated[float, Field(strict=True)]
    how: Text


def _tasks(value: Any) -> tuple[Task, ...]:
    tasks = tuple(_task(entry) for entry in _entries("tasks", value))
    _check_names("tasks", [task.name for task in tasks])
    if ALL in [task.group for task in tasks]:
        raise ValueError(f"group must not be {ALL!r}, the leaderboard over all groups")
    return tasks


def _task(entry: Any) -> Task:
    if isinstance(entry, Task):
        return entry
    check_keys("a task", entry, Task.model_fields)
    return Task(**entry)


def _models(value: Any, options: ValidationInfo) -> tuple[ModelSpec, ...]:
    trusted = options.data.get("trusted", ())
    models = tuple(
        entry if isinstance(entry, ModelSpec) else model_spec(entry, trusted)
        for entry in _entries("models", value)
    )
    _check_names("models", [model.name for model in models])
    return models


def _entries(key: str, value: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"{key} must be a list of at least one, got {shown(value)}")
    return value


def _check_names(key: str, names: list[str]) -> None:
    # Names become file names, and some file systems take "A" and "a" for the same.
    folded = [name.casefold() for name in names]
    repeated = [name for name in names if folded.count(name.casefold()) > 1]
    if repeated:
        both = " and ".join(map(repr, repeated[:2]))
        raise ValueError(f"names of {key} must differ, and not in capitals alone, got {both}")


class Suite(Checked):
    """Tasks and models to run, every model on every task.

    tasks, models : objects, or what a YAML file holds in their place.
    trusted : packages whose forecasters the models may be, beside those of darts, sktime and this one.
    reference : the model that errors are divided by on leaderboards; the first one by default.
    elsewhere : results of other studies, for the report.
    source : the YAML text, kept for the record.
    folder : where paths of datasets begin.

    Raises ValueError where an option is out of its range; the message names the suite, rule and value.
    """

    kind = "suite"

    name: Text
    about: str = ""
    seed: NaturalNumber = 0
    tasks: Annotated[tuple[Task, ...], PlainValidator(_tasks)]
    trusted: tuple[str, ...] = ()
    models: Annotated[tuple[ModelSpec, ...], PlainValidator(_models)]
    reference: str = Field(default_factory=lambda options: options["models"][0].name)
    elsewhere: tuple[Result, ...] = ()
    source: str = ""
    folder: Path = Path()

    @model_validator(mode="after")
    def _check_reference(self) -> Self:
        names = [model.name for model in self.models]
        if self.reference not in names:
            raise ValueError(f"reference must be one of {', '.join(names)}, got {self.reference!r}")
        return self


def suite_names() -> list[str]:
    """Names of the suites inside the package."""
    folder = resources.files(__package__).joinpath("suites")
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


def load_suite(name_or_path: str, trusted: Sequence[str] = ()) -> Suite:
    """A suite by its name, or from a YAML file of the user's, where paths of datasets begin at its folder.

    trusted : packages whose forecasters the suite may name, beside darts, sktime and this one.
    Raises ValueError for an unknown suite, an unknown key (the message lists those allowed), a repeated name
    or an option out of its range.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise ValueError(f"suite file must exist, got {name_or_path!r}")
        return parse_suite(path.stem, path.read_text(encoding="utf-8"), trusted, path.parent.resolve())
    if name_or_path not in suite_names():
        raise ValueError(
            f"suite must be one of {', '.join(suite_names())} or a path ending in .yaml, got {name_or_path!r}"
        )
    text = resources.files(__package__).joinpath(f"suites/{name_or_path}.yaml").read_text(encoding="utf-8")
    return parse_suite(name_or_path, text, trusted)


def parse_suite(name: str, text: str, trusted: Sequence[str] = (), folder: Path | None = None) -> Suite:
    """A suite from YAML text; trusted packages and errors as in :func:`load_suite`.

    folder : where relative paths of datasets begin; None for the current folder.
    """
    folder = Path.cwd() if folder is None else folder
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"suite {name!r} must be valid YAML: {error}") from error
    check_keys(f"suite {name!r}", content, _KEYS)
    # A key without a value is a key left out.
    content = {key: value for key, value in content.items() if value is not None}
    defaults = content.pop("defaults", {})
    check_keys(f"suite {name!r}: defaults", defaults, Task.model_fields)
    if isinstance(content.get("tasks"), list):
        content["tasks"] = [
            _beside({**defaults, **entry}, folder) if isinstance(entry, Mapping) else entry
            for entry in content["tasks"]
        ]
    return Suite(name=name, source=text, trusted=tuple(trusted), folder=folder, **content)


def _beside(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The task with the path of its own dataset, if it has one, beginning at the folder."""
    dataset = task.get("dataset")
    if isinstance(dataset, str) and dataset.lower().endswith(SUFFIXES):
        return task | {"dataset": folder / dataset}
    if isinstance(dataset, Mapping) and isinstance(dataset.get("file"), str):
        return task | {"dataset": {**dataset, "file": folder / dataset["file"]}}
    return task
