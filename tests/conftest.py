"""Settings of all tests."""

import functools
import importlib.metadata
import os
import traceback
from pathlib import Path

from hypothesis import settings

# Small networks and small matrices are faster on one thread, and several test processes run at once.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Tests and the processes that they start write to this folder instead of the user's cache.
os.environ["XDG_CACHE_HOME"] = str(Path(__file__).parents[1] / ".pytest_cache" / "user")

# A Lightning trainer looks for plugins among all installed packages, which takes a quarter of the time of a
# small network's fit. What is installed does not change while tests run.
importlib.metadata.entry_points = functools.cache(importlib.metadata.entry_points)

# Without a GPU, torch.manual_seed formats the whole call stack three times, for errors that could come later.
# pytest's stack is deep: this takes a tenth of the time of a small network's fit.
traceback.format_stack = lambda *_: []

# No deadline: on a busy machine, a slow example is not a failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
