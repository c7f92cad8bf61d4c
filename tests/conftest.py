"""Settings of all tests."""

from hypothesis import settings

# A loaded machine is no reason for a law to fail.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
