"""The command: what it lists, refuses, writes, and takes up again after it was killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from harmonic_forecasters import __version__, cli, datasets
from harmonic_forecasters.backtesting.models import known_models
from harmonic_forecasters.backtesting.runner import run_jobs

SPIES = Path(__file__).parent / "backtesting"
SUITE = """
about: four jobs, of which the third can be made to wait
seed: 7
tasks:
  - {name: nile, dataset: nile, horizon: 4, origins: 2, seasonality: 1}
  - {name: sums, horizon: 4, origins: 2, seasonality: 10,
    signals: {kind: harmonic_sums, n_signals: 1, length: 60, n_components: [2, 2], periods: [8, 9], noise: 1}}
models:
  - naive
  - {name: noisy, class: "light_models:Gated"}
"""


@pytest.fixture(name="command")
def command_fixture(monkeypatch):
    """The command in this process, its output in lines of any length."""
    monkeypatch.setattr(cli.console, "_width", 400)
    return lambda *words: CliRunner().invoke(cli.app, [str(word) for word in words])


@pytest.fixture(name="suite_file")
def suite_file_fixture(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(SUITE)
    return path


@pytest.fixture(name="in_process")
def in_process_fixture(monkeypatch):
    """Jobs run in this process: no worker to wait for."""
    from harmonic_forecasters.backtesting import runner

    monkeypatch.syspath_prepend(str(SPIES))

    def execute(jobs, seed, n_jobs, isolate, lookahead, on_start):
        for job in jobs:
            on_start(job)
            yield job, runner.run_job(*job, seed, lookahead=lookahead)

    monkeypatch.setattr(runner, "_execute", execute)


def test_help_names_every_command(command):
    result = command("--help")
    assert result.exit_code == 0
    for word in ("benchmark", "report", "list"):
        assert word in result.output
    # Colours may come between the letters of an option.
    plain = re.sub(r"\x1b\[[0-9;]*m", "", command("benchmark", "--help").output)
    for option in ("--output", "--jobs", "--resume", "--isolate", "--check-lookahead", "SUITE"):
        assert option in plain


def test_the_version_is_that_of_the_package(command):
    assert command("--version").output.split() == ["harmonic-forecasters", __version__]


def test_a_run_says_how_long_it_takes_what_remains_and_where_the_report_is(command, in_process, tmp_path):
    path, out = tmp_path / "own.yaml", tmp_path / "out"
    path.write_text(SUITE)
    words = ("benchmark", path, "--trust", "light_models", "--output", out)
    result = command(*words)
    assert "4 jobs to run, less than a minute on 1 core(s)." in result.output
    assert "1/4 naive on nile" in result.output
    assert " s, less than a minute left" in result.output
    assert f"Report: {out / 'report.html'}" in result.output
    assert (out / "report.html").as_uri() in result.output
    next((out / "jobs").iterdir()).unlink()
    assert "1 jobs to run (3 are done already)" in command(*words, "--resume").output


def test_lists_name_what_suites_may_name(command):
    for words, names in (
        ("models", known_models()),
        ("datasets", datasets.list_datasets()),
        ("suites", ["quick"]),
    ):
        result = command("list", words)
        assert result.exit_code == 0
        for name in names:
            assert re.search(rf"\b{name}\b", result.output), name


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["benchmark", "quik", "--output", "OUT"], "suite must be one of quick"),
        (["benchmark", "none/such.yaml", "--output", "OUT"], "suite file must exist"),
        (["benchmark", "BROKEN", "--output", "OUT"], "keys must be among about, seed"),
        (["benchmark", "SUITE", "--output", "FILE"], ""),
        (["report", "OUT"], "holds no run: record.json is missing"),
    ],
)
def test_mistakes_end_in_one_line_and_code_2(command, suite_file, tmp_path, words, message):
    broken = tmp_path / "broken.yaml"
    broken.write_text(SUITE + "modles: []\n")
    paths = {"OUT": tmp_path / "out", "BROKEN": broken, "SUITE": suite_file, "FILE": suite_file}
    result = command(*(paths.get(word, word) for word in words))
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [["--jobs", "0"], ["--jobs", "x"]])
def test_a_number_of_jobs_below_one_is_refused(command, suite_file, tmp_path, words):
    assert (
        command(
            "benchmark", suite_file, "--trust", "light_models", "--output", tmp_path / "out", *words
        ).exit_code
        == 2
    )
    assert not (tmp_path / "out").exists()


def test_a_run_writes_its_files_and_prints_the_leaderboard(command, in_process, suite_file, tmp_path):
    out = tmp_path / "out"
    result = command("benchmark", suite_file, "--trust", "light_models", "--output", out)
    assert result.exit_code == 0
    wanted = {"results.parquet", "leaderboard.csv", "jobs.csv", "report.html", "record.json", "jobs"}
    assert {path.name for path in out.iterdir()} == wanted
    assert "1/4 naive on nile" in result.output
    assert "4/4 noisy on sums" in result.output
    assert "relative error" in result.output
    assert str(out / "report.html") in result.output
    board = pd.read_csv(out / "leaderboard.csv")
    assert set(board["model"]) == {"naive", "noisy"}
    for row in board.to_dict("records"):
        assert re.search(rf"\b{row['model']}\W+{row['mean_rank']:.2f}\b", result.output)

    before = (out / "results.parquet").read_bytes()
    refused = command("benchmark", suite_file, "--trust", "light_models", "--output", out)
    assert refused.exit_code == 2
    assert "already holds jobs" in refused.stderr
    assert (out / "results.parquet").read_bytes() == before

    resumed = command("benchmark", suite_file, "--trust", "light_models", "--output", out, "--resume")
    assert resumed.exit_code == 0
    assert "1/4" not in resumed.output
    assert (out / "results.parquet").read_bytes() == before
    assert command("report", out).exit_code == 0
    assert (out / "results.parquet").read_bytes() == before


def test_every_group_has_its_own_table(command, in_process, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(SUITE.replace("seasonality: 10", "seasonality: 10, group: cycles"))
    result = command("benchmark", path, "--trust", "light_models", "--output", tmp_path / "out")
    board = pd.read_csv(tmp_path / "out" / "leaderboard.csv")
    printed = re.findall(r"\b(naive|noisy)\W+(\d\.\d\d)\W+\d", result.output)
    assert printed == [(row.model, f"{row.mean_rank:.2f}") for row in board.itertuples()]


def test_failures_are_printed_as_they_happen(command, in_process, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(SUITE + '  - {name: bad, class: "light_models:Failing"}\n')
    result = command("benchmark", path, "--trust", "light_models", "--output", tmp_path / "out")
    assert result.exit_code == 0
    assert "failed: bad on nile: RuntimeError: the <b>spy</b> refuses to fit" in result.output


def test_the_command_needs_the_extra_benchmark_and_says_so():
    code = "import sys; sys.modules['rich.console'] = None; import harmonic_forecasters.cli"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "pip install 'harmonic-forecasters[benchmark]'" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def closed_gate(folder):
    """A file at which gated models wait as long as it exists, and the environment that tells them of it."""
    gate = folder / "gate"
    gate.touch()
    paths = [str(SPIES), *filter(None, [os.environ.get("PYTHONPATH")])]
    return gate, os.environ | {"PYTHONPATH": os.pathsep.join(paths), "LIGHT_MODELS_GATE": str(gate)}


def test_an_interrupted_run_ends_at_once_and_says_how_to_go_on(tmp_path, suite_file):
    _, environment = closed_gate(tmp_path)
    out = tmp_path / "out"
    run = subprocess.Popen(
        [
            Path(sys.executable).with_name("harmonic-forecasters"),
            "benchmark",
            suite_file,
            "--output",
            out,
            "--trust",
            "light_models",
        ],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        # Background processes of a shell ignore Ctrl-C, and so would this one.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with run:
        deadline = time.monotonic() + 120
        while not list(out.glob("jobs/*.json")) and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        # The job that runs now waits at the gate for ever.
        run.send_signal(signal.SIGINT)
        printed, _ = run.communicate(timeout=120)
    assert run.returncode == 130
    assert "Interrupted. Jobs that are done are kept: the same command with --resume goes on." in printed
    assert len(list(out.glob("jobs/*.json"))) == 1


def test_a_killed_run_resumes_to_the_table_of_an_uninterrupted_one(tmp_path, suite_file, monkeypatch):
    gate, environment = closed_gate(tmp_path)
    out = tmp_path / "killed"

    words = [sys.executable, "-m", "harmonic_forecasters", "benchmark", suite_file]
    words += ["--trust", "light_models", "--output", out]

    with subprocess.Popen(words, env=environment, start_new_session=True, stdout=subprocess.DEVNULL) as run:
        deadline = time.monotonic() + 120
        while not list(out.glob("jobs/*.json")) and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGKILL)
    done = {path: path.read_bytes() for path in out.glob("jobs/*.json")}
    assert len(done) == 1  # the second job waits at the gate
    assert not (out / "results.parquet").exists()

    gate.unlink()
    subprocess.run(
        [*words, "--resume", "--jobs", "2"], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    for path, content in done.items():
        assert path.read_bytes() == content

    monkeypatch.syspath_prepend(str(SPIES))
    whole = tmp_path / "whole"
    suite = cli.load_suite(str(suite_file), ["light_models"])
    cli.save_record(whole, cli.run_record(suite))
    run_jobs(cli.jobs_to_do(suite, whole, resume=False), suite.seed, whole)
    cli.write_reports(whole)
    tables = [pd.read_parquet(directory / "results.parquet") for directory in (out, whole)]
    assert len(tables[0]) > 0
    pd.testing.assert_frame_equal(*tables, check_exact=True)
