"""Checked options: every mistake is one sentence with the rule and the value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from harmonic_forecasters.backtesting.checked import Checked, Text, check_keys, shown, whole_number


class Clock(Checked):
    kind = "clock"

    name: Text
    hours: Annotated[int, whole_number(1)] = 12
    alarm: Annotated[int | None, whole_number(0, or_none=True)] = None
    face: Literal["round", "square"] | None = None
    wound: Annotated[bool, Field(strict=True)] = False
    hands: tuple[Text, ...] = ()
    parts: Mapping[str, Any] = Field(default_factory=dict)


class Shop(Checked):
    kind = "shop"

    clocks: tuple[Clock, ...]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"hours": 0}, "clock 'wall': hours must be a whole number of at least 1, got 0"),
        ({"hours": True}, "clock 'wall': hours must be a whole number of at least 1, got True"),
        ({"alarm": -1}, "clock 'wall': alarm must be None or a whole number of at least 0, got -1"),
        ({"face": "oval"}, "clock 'wall': face must be 'round' or 'square', got 'oval'"),
        ({"wound": 1}, "clock 'wall': wound must be true or false, got 1"),
        ({"hands": "two"}, "clock 'wall': hands must be a list, got 'two'"),
        ({"hands": [2]}, "clock 'wall': hands must be a text, got 2"),
        ({"parts": 5}, "clock 'wall': parts must be a mapping, got 5"),
        ({"name": ""}, "clock '': name must be a text that is not empty, got ''"),
        (
            {"hour": 3},
            "clock 'wall': keys must be among name, hours, alarm, face, wound, hands, parts, got 'hour'",
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_rule_and_value(options, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        Clock(**{"name": "wall"} | options)


def test_a_missing_key_is_named():
    with pytest.raises(ValueError, match=r"^a clock must have the key 'name'$"):
        Clock()


def test_a_mistake_inside_says_where_it_is():
    with pytest.raises(ValueError, match=r"^a shop: clock 'wall': hours must be .* of at least 1, got 0$"):
        Shop(clocks=[{"name": "wall", "hours": 0}])
    with pytest.raises(ValueError, match=r"^a shop: clocks must be a mapping, got 'wall'$"):
        Shop(clocks=["wall"])


def test_options_cannot_be_changed_later():
    with pytest.raises(ValueError, match="frozen"):
        Clock(name="wall").hours = 3


def test_keys_must_be_known():
    check_keys("a clock", {"hours": 3}, ("hours",))
    with pytest.raises(ValueError, match=r"^a clock: keys must be among hours, got 'hour'$"):
        check_keys("a clock", {"hour": 3}, ("hours",))
    with pytest.raises(ValueError, match=r"^a clock must be a mapping, got None$"):
        check_keys("a clock", None, ("hours",))


def test_a_long_value_is_cut():
    assert shown("short") == "'short'"
    assert len(shown("x" * 10_000)) == 200
