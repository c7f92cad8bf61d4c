"""The check of whole numbers that every part of the package shares; it imports nothing but Python's own."""

from __future__ import annotations

from numbers import Integral
from typing import Any


def check_whole_number(
    name: str,
    value: Any,
    smallest: int,
    largest: int | None = None,
    *,
    or_none: bool = False,
    largest_is: str = "",
) -> None:
    """Raise ValueError unless the value is a whole number from ``smallest`` to ``largest``.

    name : of the option, for the message.
    largest : None for no limit.
    or_none : allow None too.
    largest_is : what the upper limit means, for the message, such as "the samples of the series".

    Examples
    --------
    >>> check_whole_number("n", 3, 1)
    >>> check_whole_number("rank", 0, 1, 20, or_none=True)
    Traceback (most recent call last):
    ValueError: rank must be None or a whole number from 1 to 20, got 0
    """
    if value is None and or_none:
        return
    # bool is an Integral to Python; as a length or a count it is a mistake.
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if whole and value >= smallest and (largest is None or value <= largest):
        return
    none = "None or " if or_none else ""
    limits = f"of at least {smallest}" if largest is None else f"from {smallest} to {largest}"
    meaning = f" ({largest_is})" if largest_is else ""
    raise ValueError(f"{name} must be {none}a whole number {limits}{meaning}, got {value!r}")
