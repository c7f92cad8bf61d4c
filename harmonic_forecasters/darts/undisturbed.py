"""Keep log levels, warning filters, random generators and, on errors, the model as they were."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np
import torch

#: The logger of Lightning's messages (hardware, tips, why training stopped), but not of its model summary.
ANNOUNCER = logging.getLogger("pytorch_lightning.utilities.rank_zero")


@contextmanager
def quiet(show_warnings: bool) -> Iterator[None]:
    """Mute Lightning's messages and, unless asked for, its warnings; restore everything at the end."""

    # A filter, since a change of the level clears the caches of all loggers, which is slow. Each call has its
    # own, since calls are nested.
    def is_a_warning(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING

    with warnings.catch_warnings():
        if not show_warnings:
            warnings.filterwarnings("ignore", module="pytorch_lightning|lightning_fabric|lightning_utilities")
        ANNOUNCER.addFilter(is_a_warning)
        try:
            yield
        finally:
            ANNOUNCER.removeFilter(is_a_warning)


@contextmanager
def as_it_was_on_error(model: Any) -> Iterator[None]:
    """Restore the attributes and the random generator of the model if the block raises an error."""
    attributes = dict(model.__dict__)
    trainer_params = dict(model.trainer_params)
    numbers = model._random_instance.get_state()  # 8 times as fast as a copy of the generator
    try:
        yield
    except Exception:
        model.__dict__.clear()
        model.__dict__.update(attributes, trainer_params=trainer_params)
        model._random_instance.set_state(numbers)
        raise


@contextmanager
def generators_kept() -> Iterator[None]:
    """Restore the global generators of numpy and torch at the end; darts draws from both."""
    state = np.random.get_state()  # noqa: NPY002
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def undisturbed(method: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a method of a darts torch model so that it leaves everything around it as it was."""

    @wraps(method)
    def call(self: Any, *arguments: Any, **options: Any) -> Any:
        show_warnings = self.model_params.get("show_warnings", False)
        with quiet(show_warnings), generators_kept(), as_it_was_on_error(self):
            return method(self, *arguments, **options)

    return call
