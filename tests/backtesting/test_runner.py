"""The loop of a run: the same numbers whatever the order, and no model can end it."""

from __future__ import annotations

import os

import pytest

from harmonic_forecasters.backtesting import runner
from harmonic_forecasters.backtesting.job import run_job
from harmonic_forecasters.backtesting.runner import jobs_to_do, run_jobs, stored_records
from harmonic_forecasters.backtesting.store import JobStore
from harmonic_forecasters.backtesting.suite import parse_suite

TRUSTED = ["spy_models", "light_models"]
SUITE = """
seed: 4
tasks:
  - {name: nile, dataset: nile, horizon: 4, origins: 2, seasonality: 1}
  - {name: lynx, dataset: lynx, horizon: 4, origins: 2, seasonality: 10, quantiles: []}
models:
  - naive
  - {name: noisy, class: "spy_models:NoisySktime"}
"""
BAD = """
  - {name: exit, class: "light_models:Failing", params: {how: exit}}
  - {name: raise, class: "light_models:Failing"}
  - {name: sys.exit, class: "light_models:Failing", params: {how: sys.exit}}
  - drift
"""
TIMES = ("fit_seconds", "predict_seconds", "peak_memory_mb")


def plain(record):
    """A record without what a clock or the memory says."""
    return {key: value for key, value in record.items() if key not in TIMES}


def run_here(suite, directory):
    """Run the jobs of a suite in this process."""
    for task, spec in jobs_to_do(suite, directory, resume=True):
        JobStore(directory).save(run_job(task, spec, suite.seed))


def to_do(suite, directory, **options):
    return [(t.name, s.name) for t, s in jobs_to_do(suite, directory, resume=True, **options)]


@pytest.fixture(name="run_twice")
def run_twice_fixture(tmp_path, monkeypatch):
    """Reports of a suite with every kind of failure, run in two processes, shared or one a job."""

    def run(isolate):
        suite = parse_suite("s", (SUITE + BAD).replace("  - {name: lynx", "  # "), TRUSTED)
        started, done = [], []
        jobs = jobs_to_do(suite, tmp_path, resume=False)
        run_jobs(
            jobs,
            suite.seed,
            tmp_path,
            n_jobs=2,
            isolate=isolate,
            on_start=lambda job: started.append(job[1].name),
            on_done=lambda job, record: done.append((job[1].name, record["status"])),
        )
        return suite, started, done

    return run


@pytest.mark.parametrize("isolate", [False, True], ids=["shared", "isolated"])
def test_failures_and_deaths_are_recorded_and_the_run_goes_on(run_twice, tmp_path, isolate):
    suite, started, done = run_twice(isolate)
    records = {record["model"]: record for record in stored_records(suite, tmp_path)}
    statuses = {"naive": "ok", "noisy": "ok", "exit": "failed", "raise": "failed", "sys.exit": "failed"}
    assert {name: record["status"] for name, record in records.items()} == statuses | {"drift": "ok"}
    assert dict(done) == statuses | {"drift": "ok"}
    assert len(done) == 6
    assert set(started) == set(statuses) | {"drift"}
    assert records["exit"]["error"].startswith("the process of this job ended before it was done")
    assert records["exit"]["scores"] == []
    assert records["raise"]["error"] == "RuntimeError: the <b>spy</b> refuses to fit"
    assert "light_models.py" in records["raise"]["traceback"]
    assert records["sys.exit"]["error"] == "SystemExit: enough"
    # What succeeds is what the job gives in a process where nothing else runs.
    for spec in suite.models:
        if records[spec.name]["status"] == "ok":
            assert plain(records[spec.name]) == plain(run_job(suite.tasks[0], spec, suite.seed))
    # A job that reached its end alone in its process knows its memory: some hundreds of megabytes with darts.
    for name in statuses:
        memory = records[name]["peak_memory_mb"]
        if isolate and name != "exit":
            assert 50 < memory < 5000
        else:
            # In a shared pool, those that the dying process took with it may have run once more, alone.
            assert memory is None or (not isolate and memory > 50)


def test_memory_of_the_parent_is_not_counted():
    ballast = b"x" * 300_000_000
    before = runner._peak_memory_mb()
    del ballast
    with runner._process_pool(1) as pool:
        assert pool.submit(runner._peak_memory_mb).result() < before - 100


def test_results_do_not_depend_on_the_order_of_jobs(tmp_path):
    suite = parse_suite("s", SUITE, TRUSTED)
    jobs = jobs_to_do(suite, tmp_path, resume=False)
    first = [plain(run_job(*job, suite.seed)) for job in jobs]
    last = [plain(run_job(*job, suite.seed)) for job in reversed(jobs)]
    assert first == last[::-1]
    other = [plain(run_job(*job, suite.seed + 1)) for job in jobs if job[1].name == "noisy"]
    assert all(a["scores"] != b["scores"] for a, b in zip(first[1::2], other, strict=True))


def test_a_job_is_done_once_and_failed_ones_are_tried_again(tmp_path):
    suite = parse_suite("s", SUITE, TRUSTED)
    everything = [("nile", "naive"), ("nile", "noisy"), ("lynx", "naive"), ("lynx", "noisy")]
    assert to_do(suite, tmp_path) == everything
    run_here(suite, tmp_path)
    assert to_do(suite, tmp_path) == []
    store = JobStore(tmp_path)
    store.save(store.load("lynx", "naive") | {"status": "failed"})
    assert to_do(suite, tmp_path) == [("lynx", "naive")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("seed: 4", "seed: 5", 4),
        ("dataset: nile, horizon: 4", "dataset: nile, horizon: 5", 2),
        ("seasonality: 10, quantiles: []", "seasonality: 10, quantiles: [0.1, 0.9]", 2),
        ('"spy_models:NoisySktime"', '"spy_models:NoisySktime", params: {quantile: 1.0}', 2),
        ("  - naive\n", "  - {name: naive, base: drift}\n", 2),
        ("  - naive\n", "  - naive\n  - drift\n", 2),
        ("  - naive\n", "", 0),
    ],
)
def test_jobs_of_another_task_model_or_seed_are_run_again(tmp_path, old, new, expected):
    run_here(parse_suite("s", SUITE, TRUSTED), tmp_path)
    assert old in SUITE
    assert len(to_do(parse_suite("s", SUITE.replace(old, new), TRUSTED), tmp_path)) == expected


def test_jobs_that_were_not_checked_for_look_ahead_are_run_again_where_it_is_asked_for(tmp_path):
    suite = parse_suite("s", SUITE, TRUSTED)
    run_here(suite, tmp_path)
    assert len(to_do(suite, tmp_path, lookahead=True)) == 4
    task, spec = suite.tasks[0], suite.models[0]
    JobStore(tmp_path).save(run_job(task, spec, suite.seed, lookahead=True))
    assert (task.name, spec.name) not in to_do(suite, tmp_path, lookahead=True)
    assert to_do(suite, tmp_path) == []


def test_a_directory_with_jobs_is_not_written_to_unless_told(tmp_path):
    suite = parse_suite("s", SUITE, TRUSTED)
    run_here(suite, tmp_path)
    with pytest.raises(FileExistsError, match="already holds jobs: resume"):
        jobs_to_do(suite, tmp_path, resume=False)


def test_a_number_of_processes_below_one_is_refused(tmp_path):
    with pytest.raises(ValueError, match="n_jobs must be at least 1, got 0"):
        run_jobs([], 0, tmp_path, n_jobs=0)


def test_a_pool_that_breaks_between_jobs_is_replaced(tmp_path, monkeypatch):
    # The first pool dies before the first job reaches it.
    suite = parse_suite("s", SUITE, TRUSTED)
    pools = []
    make_pool = runner._process_pool

    def fragile(n_processes):
        pool = make_pool(n_processes)
        pools.append(pool)
        if len(pools) == 1:
            with pytest.raises(runner.BrokenProcessPool):
                pool.submit(os._exit, 3).result()
        return pool

    monkeypatch.setattr(runner, "_process_pool", fragile)
    (job, *_) = jobs_to_do(suite, tmp_path, resume=False)
    run_jobs([job], suite.seed, tmp_path)
    assert len(pools) == 2
    assert [record["status"] for record in stored_records(suite, tmp_path)] == ["ok"]
