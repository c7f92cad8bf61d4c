"""Settings of all tests."""

import os

from hypothesis import settings

# Small networks and small sums are faster on one thread, and test processes run side by side.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A loaded machine is no reason for a law to fail.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
