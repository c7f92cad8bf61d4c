"""Docstrings of public classes are whole, though some of their paragraphs are written elsewhere."""

import inspect
import re

import pytest

from harmonic_forecasters import darts, sktime

PUBLIC = [getattr(door, name) for door in (darts, sktime) for name in door.__all__]


@pytest.mark.parametrize("cls", PUBLIC)
def test_every_parameter_is_documented_once_and_in_its_order(cls):
    """Several may share a line, as ``hidden_dim : ....   n_layers : ...``."""
    names = [name for name in inspect.signature(cls.__init__).parameters if name != "self"]
    documented = re.findall(r"(?:^|   )(\w+) :", section(cls, "Parameters"), re.MULTILINE)
    assert documented == names


@pytest.mark.parametrize("cls", PUBLIC)
def test_no_placeholder_is_left(cls):
    assert re.findall(r"\{\w+\}", cls.__doc__) == []


def section(cls, title):
    doc = inspect.getdoc(cls)
    begin = doc.index(f"{title}\n{'-' * len(title)}\n")
    following = re.search(r"\n\n\w[\w ]*\n-+\n", doc[begin:])
    return doc[begin : begin + following.start()]
