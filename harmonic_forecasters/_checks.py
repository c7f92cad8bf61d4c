"""Checks of options that every part of the package shares; it imports nothing but Python's own."""

from __future__ import annotations

from numbers import Integral, Real
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


def check_probability(name: str, value: Any, *, below_one: bool = False) -> None:
    """Raise ValueError unless the value is a number from 0 to 1.

    below_one : refuse 1 too.

    Examples
    --------
    >>> check_probability("dropout", 0.2)
    >>> check_probability("dropout", 1.0, below_one=True)
    Traceback (most recent call last):
    ValueError: dropout must be a number of at least 0 and below 1, got 1.0
    """
    if isinstance(value, Real) and 0 <= float(value) <= 1 and not (below_one and value == 1):
        return
    limits = "of at least 0 and below 1" if below_one else "from 0 to 1"
    raise ValueError(f"{name} must be a number {limits}, got {value!r}")


def check_flag(name: str, value: Any) -> None:
    """Raise ValueError unless the value is True or False: any other would count as one of them unnoticed.

    >>> check_flag("bidirectional", "no")
    Traceback (most recent call last):
    ValueError: bidirectional must be True or False, got 'no'
    """
    # By name, since numpy's bool is not Python's and this module imports no numpy.
    if type(value).__name__ not in ("bool", "bool_"):
        raise ValueError(f"{name} must be True or False, got {value!r}")
