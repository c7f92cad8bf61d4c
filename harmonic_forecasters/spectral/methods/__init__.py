"""One published method a file: windows in, a :class:`~..continuation.Continuation` out."""
