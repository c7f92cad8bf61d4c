"""Neural networks, torch only: pure modules that map a scaled window to the values after it."""
