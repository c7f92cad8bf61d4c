"""What an import loads, in fresh processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"torch", "darts", "sktime", "pandas", "scipy", "matplotlib", "statsmodels", "sklearn", "plotly"}


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_an_import_loads_no_more_than_it_needs():
    """One after another in one process: each may load what those before it may, and what stands beside it."""
    allowed = {
        "harmonic_forecasters": set(),
        "harmonic_forecasters.signals": {"scipy"},
        "harmonic_forecasters.spectral.methods.dft": {"scipy"},
        "harmonic_forecasters.datasets": {"scipy", "pandas"},
        "harmonic_forecasters.darts": {"scipy", "pandas", "darts"},
        "harmonic_forecasters.backtesting": {"scipy", "pandas", "darts"},
    }
    loaded = "; ".join(f"import {module}; print(*({HEAVY!r} & set(sys.modules)))" for module in allowed)
    result = run(f"import sys; {loaded}")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    more = {module: set(line.split()) - allowed[module] for module, line in zip(allowed, lines, strict=True)}
    assert more == {module: set() for module in allowed}


HIDE = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""


@pytest.mark.parametrize(("door", "part"), [("darts", "narwhals"), ("sktime", "skbase")])
def test_a_framework_that_lacks_a_part_of_its_own_says_which(door, part):
    """It is installed: to name the extra would not help."""
    result = run(HIDE.format(absent=part) + f"import harmonic_forecasters.{door}")
    assert f"No module named '{part}" in result.stderr.splitlines()[-1]
    assert "pip install" not in result.stderr
