"""What a suite may write, checked by pydantic, with errors of one sentence.

A class of options derives from :class:`Checked` and declares its fields with their types. A rule that a type
cannot express is a validator that raises ValueError with a sentence: the rule and the value.

Examples
--------
>>> class Clock(Checked):
...     kind = "clock"
...     name: Text
...     hours: Annotated[int, whole_number(1)] = 12
>>> Clock(name="wall", hours=0)
Traceback (most recent call last):
ValueError: clock 'wall': hours must be a whole number of at least 1, got 0
>>> Clock(name="wall", hour=3)
Traceback (most recent call last):
ValueError: clock 'wall': keys must be among name, hours, got 'hour'
>>> Clock(hours=3)
Traceback (most recent call last):
ValueError: a clock must have the key 'name'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, ValidationInfo

from harmonic_forecasters._checks import check_whole_number

#: A text that is not empty.
Text = Annotated[str, Field(strict=True, min_length=1)]

# pydantic's names of errors whose own words speak of Python's types -> the rule.
_RULES = {
    "string_type": "must be a text",
    "string_too_short": "must be a text that is not empty",
    "bool_type": "must be true or false",
    "float_type": "must be a number",
    "dict_type": "must be a mapping",
    "mapping_type": "must be a mapping",
    "model_type": "must be a mapping",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
}


class Checked(BaseModel):
    """Options that are checked when they are made, and cannot be changed later.

    kind : what an object of the class is called in errors, set by each class.

    Raises ValueError with one sentence: the kind and name of the object, the rule and the value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    kind: ClassVar[str]

    def __init__(self, **options: Any) -> None:
        try:
            super().__init__(**options)
        except ValidationError as error:
            # One mistake at a time: the first is often the cause of the others.
            first = error.errors(include_url=False)[0]
            raise ValueError(_sentence(type(self), options, first)) from None


def whole_number(smallest: int, *, or_none: bool = False) -> PlainValidator:
    """The rule of a field ``Annotated[int, whole_number(1)]``: a whole number of at least ``smallest``."""

    def check(value: Any, info: ValidationInfo) -> int | None:
        check_whole_number(str(info.field_name), value, smallest, or_none=or_none)
        return None if value is None else int(value)

    return PlainValidator(check)


def check_keys(where: str, content: object, allowed: Iterable[str]) -> None:
    """Raise ValueError unless the content is a mapping whose keys are all allowed."""
    if not isinstance(content, Mapping):
        raise ValueError(f"{where} must be a mapping, got {shown(content)}")
    allowed = tuple(allowed)
    unknown = [key for key in content if key not in allowed]
    if unknown:
        raise ValueError(f"{where}: keys must be among {', '.join(allowed)}, got {unknown[0]!r}")


def shown(value: object, most: int = 200) -> str:
    """The value as an error shows it: at most ``most`` characters."""
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 4]} ..."


def _sentence(checked: type[Checked], options: Mapping[str, Any], error: Mapping[str, Any]) -> str:
    name = options.get("name")
    where = f"a {checked.kind}" if name is None else f"{checked.kind} {name!r}"
    field = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "missing":
        return f"{where} must have the key {field!r}"
    if error["type"] == "extra_forbidden":
        return f"{where}: keys must be among {', '.join(checked.model_fields)}, got {field!r}"
    if error["type"] == "value_error":
        return f"{where}: {error['ctx']['error']}"
    # pydantic says "Input should be 'a' or 'b'".
    rule = _RULES.get(error["type"]) or f"must {error['msg'].partition(' should ')[2] or 'be valid'}"
    return f"{where}: {field} {rule}, got {shown(error['input'])}"
