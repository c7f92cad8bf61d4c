"""The record of a run: what must be known to run it again."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

from harmonic_forecasters import __version__
from harmonic_forecasters.backtesting.suite import Suite

_LIBRARIES = (
    "numpy", "scipy", "pandas", "darts", "sktime", "torch", "statsmodels", "statsforecast", "utilsforecast",
)  # fmt: skip


def run_record(suite: Suite) -> dict[str, Any]:
    """Versions, machine, seed, commit and the suite's own text, as plain values."""
    return {
        "suite": suite.name,
        "about": suite.about,
        "seed": suite.seed,
        "version": __version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1024**3, 1),
        "suite_text": suite.source,
        "suite_folder": str(suite.folder),
        "trusted": sorted({package for spec in suite.models for package in spec.trusted}),
    }


def _commit() -> str | None:
    """Commit of the source tree that the package runs from; None for an installed package."""
    tree = Path(__file__).parents[2]
    if not (tree / ".git").exists():
        return None
    try:
        head = _git(tree, "rev-parse", "HEAD")
        return head + (" with local changes" if _git(tree, "status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(tree: Path, *words: str) -> str:
    run = subprocess.run(["git", "-C", str(tree), *words], check=True, capture_output=True, text=True)
    return run.stdout.strip()


def _processor() -> str:
    """The processor's name; Linux tells it in /proc alone."""
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        for line in cpu_info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
