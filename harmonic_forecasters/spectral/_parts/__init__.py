"""What the methods stand on; private to :mod:`harmonic_forecasters.spectral`."""
