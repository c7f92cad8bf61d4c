"""One published method per module: windows in, a :class:`~..continuation.Continuation` out."""
