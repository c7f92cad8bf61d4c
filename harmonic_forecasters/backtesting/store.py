"""The store of a run: one JSON file per job, written aside and renamed, so that it is whole or absent."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd


class JobStore:
    """The jobs of a run, below ``directory/jobs``."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._jobs = directory / "jobs"

    def save(self, record: dict[str, Any]) -> None:
        """Write one job; an older record of the same job is replaced in one step."""
        write_whole(self._path(record["task"], record["model"]), json.dumps(record))

    def load(self, task: str, model: str) -> dict[str, Any] | None:
        """The record of a job; None if it is not stored."""
        path = self._path(task, model)
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def is_empty(self) -> bool:
        return not any(self._jobs.glob("*.json"))

    def _path(self, task: str, model: str) -> Path:
        return self._jobs / f"{_file_name(task)}--{_file_name(model)}.json"


def results_table(records: list[dict[str, Any]]) -> pd.DataFrame:
    """One row per task, model, window and metric, in the order of the records.

    Columns: task, model, series, origin (samples before the forecast), metric, value.
    """
    columns = ["task", "model", "series", "origin", "metric", "value"]
    rows = [
        (record["task"], record["model"], *(score[key] for key in columns[2:]))
        for record in records
        for score in record["scores"]
    ]
    return pd.DataFrame(rows, columns=columns).astype({"origin": "int64", "value": "float64"})


def jobs_table(records: list[dict[str, Any]]) -> pd.DataFrame:
    """One row per job: task, model, status, error, fit_seconds, predict_seconds, peak_memory_mb."""
    columns = ["task", "model", "status", "error", "fit_seconds", "predict_seconds", "peak_memory_mb"]
    return pd.DataFrame([{key: record.get(key) for key in columns} for record in records], columns=columns)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that it holds either its old content or all of the new, whenever the process ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(content.encode() if isinstance(content, str) else content)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _file_name(name: str) -> str:
    """The name with every sign that a file system may refuse, and the hyphen, percent-encoded.

    >>> _file_name("a/b-c")
    'a%2Fb%2Dc'
    """
    return quote(name, safe="").replace("-", "%2D").replace("~", "%7E")
