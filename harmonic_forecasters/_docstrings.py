"""Docstrings of classes that share paragraphs: each paragraph is written once and filled in."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import cleandoc


def filled(doc: str, texts: Mapping[str, str]) -> str:
    """The docstring with every ``{name}`` replaced by the text of that name; other braces stay.

    A name stands on a line of its own, and its text takes on the indentation of the line.

    Examples
    --------
    >>> print(filled("Parameters\\n----------\\n{length}", {"length": "length : int\\n    At least 1."}))
    Parameters
    ----------
    length : int
        At least 1.
    """
    lines = []
    for line in cleandoc(doc).splitlines():
        name = line.strip()
        if name.startswith("{") and name.endswith("}") and name[1:-1] in texts:
            indent = line[: len(line) - len(line.lstrip())]
            lines += [(indent + text).rstrip() for text in texts[name[1:-1]].strip().splitlines()]
        else:
            lines.append(line)
    return "\n".join(lines)
