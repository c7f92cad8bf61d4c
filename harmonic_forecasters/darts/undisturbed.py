"""What surrounds a model's work, kept as it is: log levels, warning filters, random generators, the model."""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np
import torch

#: Lightning's announcements (hardware, tips, why training stopped) come from here, its model summary not.
ANNOUNCER = logging.getLogger("pytorch_lightning.utilities.rank_zero")


@contextmanager
def quiet(show_warnings: bool) -> Iterator[None]:
    """Without Lightning's announcements and, unless asked for, its advice; nothing global stays changed."""
    level = ANNOUNCER.level
    with warnings.catch_warnings():
        if not show_warnings:
            warnings.filterwarnings("ignore", module="pytorch_lightning|lightning_fabric|lightning_utilities")
        ANNOUNCER.setLevel(logging.WARNING)
        try:
            yield
        finally:
            ANNOUNCER.setLevel(level)


@contextmanager
def as_it_was_on_error(model: Any) -> Iterator[None]:
    """Attributes of the model, and where its random numbers are, go back where an error ends the block."""
    attributes = dict(model.__dict__)
    trainer_params = dict(model.trainer_params)
    numbers = copy.deepcopy(model._random_instance)
    try:
        yield
    except Exception:
        model.__dict__.clear()
        model.__dict__.update(attributes, trainer_params=trainer_params, _random_instance=numbers)
        raise


@contextmanager
def generators_kept() -> Iterator[None]:
    """The global generators of numpy and torch, both of which darts draws from, are afterwards as before."""
    state = np.random.get_state()  # noqa: NPY002
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def undisturbed(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a darts torch model, with all that surrounds it kept."""

    @wraps(method)
    def call(self: Any, *arguments: Any, **options: Any) -> Any:
        show_warnings = self.model_params.get("show_warnings", False)
        with quiet(show_warnings), generators_kept(), as_it_was_on_error(self):
            return method(self, *arguments, **options)

    return call
