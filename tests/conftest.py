"""Settings of all tests."""

import functools
import importlib.metadata
import os
from pathlib import Path

from hypothesis import settings

# Small networks and small sums are faster on one thread, and test processes run side by side.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# What tests and the processes they start would keep in the user's cache goes where pytest keeps its own.
os.environ["XDG_CACHE_HOME"] = str(Path(__file__).parents[1] / ".pytest_cache" / "user")

# A Lightning trainer looks for plugins among all installed packages, which takes a quarter of the time of a
# small network's fit. What is installed does not change while tests run.
importlib.metadata.entry_points = functools.cache(importlib.metadata.entry_points)

# A loaded machine is no reason for a law to fail.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
