"""``python -m harmonic_forecasters`` is the command ``harmonic-forecasters``."""

from harmonic_forecasters.cli import main

main()
