"""A suite cannot run a program: packages are checked before imports, classes before construction."""

from __future__ import annotations

import sys

import pytest
from darts.models import NaiveDrift
from typer.testing import CliRunner

from harmonic_forecasters.backtesting.models import model_spec
from harmonic_forecasters.backtesting.suite import parse_suite
from harmonic_forecasters.backtesting.trust import check_class_path, load_class
from harmonic_forecasters.cli import app

# A module that leaves a file behind when it is imported, and a class that does so when it is constructed.
EVIL = """
from pathlib import Path
from darts.models import NaiveDrift
Path({mark!r}).touch()

class Plain:
    def __init__(self, *args, **kwargs):
        Path({mark!r}).touch()

class Stranger(NaiveDrift):
    pass
"""
SUITE = """
tasks: [{{name: nile, dataset: nile, horizon: 4}}]
models: [{{name: x, class: "{class_path}"}}]
"""


@pytest.fixture(name="mark")
def mark_fixture(tmp_path, monkeypatch):
    """The file that evil_models touches; the module is found, and not imported yet."""
    mark = tmp_path / "mark"
    (tmp_path / "evil_models.py").write_text(EVIL.format(mark=str(mark)))
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("evil_models", None)
    yield mark
    sys.modules.pop("evil_models", None)


@pytest.mark.parametrize(
    "class_path",
    [
        "subprocess:Popen",
        "os:system",
        "builtins:eval",
        "evil_models:Plain",
        "evil_models:Stranger",
        "dartsy.models:Theta",
        "darts_evil:Theta",
        "xsktime:Naive",
    ],
)
def test_other_packages_are_refused_before_they_are_imported(class_path, mark):
    package = class_path.split(":")[0].split(".")[0]
    rule = rf"class must belong to darts, .* \(--trust {package}\), got '{class_path}'"
    with pytest.raises(ValueError, match=f"suite 's': model 'x': {rule}"):
        parse_suite("s", SUITE.format(class_path=class_path))
    with pytest.raises(ValueError, match=rule):
        load_class(class_path)
    assert not mark.exists()
    assert "evil_models" not in sys.modules


@pytest.mark.parametrize(
    "class_path", [".os:system", "darts..os:x", "darts:os.system", "darts:", ":X", "a b:C", 5]
)
def test_what_is_no_class_path_is_refused(class_path):
    with pytest.raises(ValueError, match=r"class must be written package\.module:Class, got"):
        check_class_path(class_path)


@pytest.mark.parametrize(
    ("class_path", "reason"),
    [
        ("darts.utils.timeseries_generation:np", "must be a forecaster of darts or sktime"),
        ("darts.utils.utils:seasonal_decompose", "cannot be loaded"),
        ("darts.models:NoSuchModel", "cannot be loaded: .*NoSuchModel"),
        ("darts.nothing:X", "cannot be loaded: No module named 'darts.nothing'"),
        ("darts.timeseries:TimeSeries", "must be a forecaster of darts or sktime"),
        ("sktime.transformations.series.difference:Differencer", "must be a forecaster of darts or sktime"),
        ("harmonic_forecasters.backtesting.runner:ProcessPoolExecutor", "must be a forecaster"),
        ("harmonic_forecasters.backtesting.record:subprocess", "must be a forecaster"),
    ],
)
def test_only_forecasters_are_loaded(class_path, reason):
    with pytest.raises(ValueError, match=f"model 'x': class .*{reason}"):
        model_spec({"name": "x", "class": class_path}).load_class()


def test_a_package_is_trusted_by_name_and_its_classes_still_checked(mark):
    spec = model_spec({"name": "x", "class": "evil_models:Stranger"}, trusted=["evil_models"])
    assert not mark.exists()
    assert issubclass(spec.load_class(), NaiveDrift)
    assert "trusted" not in spec.as_record()
    with pytest.raises(ValueError, match="must be a forecaster of darts or sktime, got 'evil_models:Plain'"):
        model_spec({"name": "x", "class": "evil_models:Plain"}, trusted=["evil_models"]).load_class()


def test_a_forecaster_that_a_trusted_package_only_passes_on_is_refused(mark, monkeypatch):
    import evil_models

    import harmonic_forecasters.darts.dft as passing_on

    monkeypatch.setattr(passing_on, "Stranger", evil_models.Stranger, raising=False)
    with pytest.raises(ValueError, match=r"class must belong to its own package, .* of evil_models"):
        load_class("harmonic_forecasters.darts.dft:Stranger")


def test_a_suite_cannot_trust_for_the_user(mark):
    text = SUITE.format(class_path="evil_models:Stranger").replace('"}', '", trusted: [evil_models]}')
    with pytest.raises(ValueError, match=r"keys must be out of .* got 'trusted'"):
        parse_suite("s", text)
    assert not mark.exists()


@pytest.mark.parametrize("class_path", ["subprocess:Popen", "darts.models:NoSuchModel", "darts:TimeSeries"])
def test_the_command_ends_before_a_run_begins(class_path, tmp_path):
    suite = tmp_path / "s.yaml"
    suite.write_text(SUITE.format(class_path=class_path))
    result = CliRunner().invoke(app, ["benchmark", str(suite), "--output", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert class_path in result.output
    assert not (tmp_path / "out").exists()
