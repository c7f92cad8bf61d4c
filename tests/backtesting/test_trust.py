"""A suite cannot run a program: packages are checked before imports, classes before construction."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import darts.models
import pytest
import sktime.forecasting
from darts.models import NaiveDrift
from sktime.forecasting.base import BaseForecaster
from typer.testing import CliRunner

from harmonic_forecasters.backtesting.models import model_spec
from harmonic_forecasters.backtesting.suite import parse_suite
from harmonic_forecasters.backtesting.trust import RUN_THEIR_PARAMETERS, check_class_path, load_class
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


# A forecaster of sktime that evaluates a text, and what it would evaluate.
FH_PLEX = "sktime.forecasting.compose:FhPlexForecaster"


def test_a_forecaster_that_runs_its_parameters_is_refused_unless_sktime_is_trusted_by_name(mark):
    entry = {"name": "x", "class": FH_PLEX, "params": {"fh_params": f"open({str(mark)!r}, 'w')"}}
    with pytest.raises(ValueError, match=r"class must not run its parameters as code, .* got '.*FhPlex"):
        model_spec(entry).load_class()
    assert model_spec(entry, trusted=["sktime"]).load_class().__name__ == "FhPlexForecaster"
    assert not mark.exists()


@pytest.mark.parametrize("module_name", RUN_THEIR_PARAMETERS)
def test_every_forecaster_of_a_module_that_runs_parameters_is_refused(module_name):
    module = importlib.import_module(module_name)
    forecasters = [
        name
        for name, found in vars(module).items()
        if isinstance(found, type)
        and issubclass(found, BaseForecaster)
        and found.__module__.startswith(module_name)
    ]
    assert forecasters
    for name in forecasters:
        with pytest.raises(ValueError, match="class must not run its parameters as code"):
            load_class(f"{module_name}:{name}")


def test_no_other_forecaster_runs_a_text_or_unpickles_a_file():
    # What these run is written in their own source, or given by the caller of another method.
    harmless = {
        f"sktime.forecasting.{name}" for name in ("all", "ardl", "arima._pmdarima", "cinn", "neuralprophet")
    }
    runs = re.compile(
        r"(?<![.\w])(eval|exec|craft)\(|pickle\.loads?\(|weights_only=False|trust_remote_code=True"
    )
    found = set()
    for package in (sktime.forecasting, darts.models):
        folder = Path(package.__file__).parent
        for path in folder.rglob("*.py"):
            code = re.sub(r'(?s)""".*?"""|#[^\n]*', "", path.read_text(encoding="utf-8"))
            if "tests" not in path.parts and runs.search(code):
                parts = path.relative_to(folder).with_suffix("").parts
                found.add(".".join((package.__name__, *parts)).removesuffix(".__init__"))
    assert "sktime.forecasting.compose._fhplex" in found
    known = tuple(f"{name}." for name in (*RUN_THEIR_PARAMETERS, *harmless))
    assert [name for name in sorted(found) if not f"{name}.".startswith(known)] == []


@pytest.mark.parametrize(
    "class_path", ["subprocess:Popen", "darts.models:NoSuchModel", "darts:TimeSeries", FH_PLEX]
)
def test_the_command_ends_before_a_run_begins(class_path, tmp_path):
    suite = tmp_path / "s.yaml"
    suite.write_text(SUITE.format(class_path=class_path))
    result = CliRunner().invoke(app, ["benchmark", str(suite), "--output", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert class_path in result.output
    assert not (tmp_path / "out").exists()
