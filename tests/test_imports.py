"""What an import loads, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"torch", "darts", "sktime", "pandas", "scipy", "matplotlib", "statsmodels", "sklearn", "plotly"}


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("harmonic_forecasters", set()),
        ("harmonic_forecasters.signals", {"scipy"}),
        ("harmonic_forecasters.spectral.methods.dft", {"scipy"}),
        ("harmonic_forecasters.datasets", {"scipy", "pandas"}),
    ],
)
def test_an_import_loads_no_more_than_it_needs(module, allowed):
    result = run(f"import sys, {module}; print(*sorted({HEAVY - allowed!r} & set(sys.modules)))")
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == []


HIDE = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""


@pytest.mark.parametrize("door", ["darts", "sktime"])
def test_a_door_works_where_the_other_framework_is_not_installed(door):
    other = {"darts": "sktime", "sktime": "darts"}[door]
    result = run(HIDE.format(absent=other) + f"import harmonic_forecasters.{door}")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(("door", "part"), [("darts", "narwhals"), ("sktime", "skbase")])
def test_a_framework_that_lacks_a_part_of_its_own_says_which(door, part):
    """It is installed: to name the extra would not help."""
    result = run(HIDE.format(absent=part) + f"import harmonic_forecasters.{door}")
    assert f"No module named '{part}" in result.stderr.splitlines()[-1]
    assert "pip install" not in result.stderr
