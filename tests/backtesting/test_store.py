"""The store: whole files or none, any name, and tables in the suite's order."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from harmonic_forecasters.backtesting.store import JobStore, jobs_table, results_table, write_whole

ODD = ["a/b", "a b", "..", ".hidden", "a--b", "-", "%2D", "é", "ह", "a\nb", "C:\\x", 'q"', "con*?", "~", ""]


def record(task="t", model="m", **changes):
    scores = [
        {"series": "s", "origin": 5, "metric": metric, "value": value}
        for metric, value in (("mase", 0.1 + 0.2), ("mae", float("nan")))
    ]
    blank = {
        "status": "ok",
        "error": None,
        "fit_seconds": 1.5,
        "predict_seconds": 0.5,
        "peak_memory_mb": None,
    }
    return {"task": task, "model": model, "scores": scores} | blank | changes


@pytest.fixture(name="store")
def store_fixture(tmp_path):
    return JobStore(tmp_path / "deep" / "run")


def test_a_record_comes_back_as_it_was_saved(store):
    assert store.is_empty()
    assert store.load("t", "m") is None
    store.save(record(scores=[]))
    assert not store.is_empty()
    assert store.load("t", "m") == record(scores=[])
    store.save(record(status="failed", scores=[]))
    assert store.load("t", "m")["status"] == "failed"


def test_floats_come_back_to_the_last_bit(store):
    store.save(record())
    assert store.load("t", "m")["scores"][0]["value"] == 0.1 + 0.2


def test_odd_names_stay_apart_and_inside_the_directory(store):
    for task in ODD:
        for model in ODD:
            store.save({"task": task, "model": model})
    files = [path for path in store.directory.rglob("*") if path.is_file()]
    assert len(files) == len(ODD) ** 2
    assert {path.parent for path in files} == {store.directory / "jobs"}
    for task in ODD:
        for model in ODD:
            assert store.load(task, model) == {"task": task, "model": model}


def test_a_write_that_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file.json"
    write_whole(path, "old")
    write = Path.write_bytes

    def half(self, content):
        write(self, content[: len(content) // 2])
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="no space left"):
        write_whole(path, "new content")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_never_seen_half_written(tmp_path, monkeypatch):
    path = tmp_path / "file.json"
    write_whole(path, "old")
    write = Path.write_bytes
    seen = []

    def slow(self, content):
        write(self, content[:3])
        seen.append(path.read_text())
        write(self, content)
        seen.append(path.read_text())

    monkeypatch.setattr(Path, "write_bytes", slow)
    write_whole(path, "new content")
    assert seen == ["old", "old"]
    assert path.read_text() == "new content"


def test_what_a_killed_writer_left_is_no_job(store):
    (store.directory / "jobs").mkdir(parents=True)
    (store.directory / "jobs" / ".t--m.json.123").write_text("{")
    assert store.is_empty()


def test_results_have_a_row_a_metric_in_the_order_of_the_records():
    table = results_table([record("b", "y"), record("a", "x"), record("a", "w", status="failed", scores=[])])
    assert list(table.columns) == ["task", "model", "series", "origin", "metric", "value"]
    assert list(table["task"]) == ["b", "b", "a", "a"]
    assert list(table["metric"]) == ["mase", "mae"] * 2
    assert (table["origin"] == 5).all()
    assert str(table["value"].dtype) == "float64"


def test_jobs_have_a_row_each():
    table = jobs_table([record(), record(model="n", status="failed", error="E: e", fit_seconds=None)])
    assert list(table["model"]) == ["m", "n"]
    assert list(table["status"]) == ["ok", "failed"]
    assert table["fit_seconds"].isna().tolist() == [False, True]


def test_an_empty_run_has_empty_tables_of_the_same_columns_and_types():
    empty, full = results_table([]), results_table([record()])
    pd.testing.assert_frame_equal(empty, full.iloc[:0])
    assert list(jobs_table([]).columns) == list(jobs_table([record()]).columns)
