"""Which classes a suite may name: forecasters of darts, sktime, this package, and packages the user trusts.

A suite is a text file that may come from anywhere, and importing a module or constructing an object runs its
code. So the package is checked before anything is imported, and the class before anything is constructed.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Collection
from typing import Any

from darts.models.forecasting.forecasting_model import ForecastingModel
from sktime.forecasting.base import BaseForecaster

#: Packages whose forecasters any suite may name.
TRUSTED = ("darts", "harmonic_forecasters", "sktime")
_CLASS_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def check_class_path(class_path: Any, trusted: Collection[str] = ()) -> None:
    """Raise ValueError unless this is ``package.module:Class`` of a trusted package; nothing is imported.

    trusted : names of packages beside ``TRUSTED``.

    Examples
    --------
    >>> check_class_path("subprocess:Popen")
    Traceback (most recent call last):
    ValueError: class must belong to darts, harmonic_forecasters, sktime or a package trusted by name \
(--trust subprocess), got 'subprocess:Popen'
    """
    if not isinstance(class_path, str) or not _CLASS_PATH.fullmatch(class_path):
        raise ValueError(f"class must be written package.module:Class, got {class_path!r}")
    package = _package(class_path.partition(":")[0])
    if package not in {*TRUSTED, *trusted}:
        raise ValueError(
            f"class must belong to {', '.join(TRUSTED)} or a package trusted by name (--trust {package}), "
            f"got {class_path!r}"
        )


def load_class(class_path: str, trusted: Collection[str] = ()) -> type:
    """The forecaster class of that name, imported; it is not constructed.

    Raises ValueError as :func:`check_class_path` does, if the module or the class does not exist, with the
    reason, if it is not a forecaster of darts or sktime, and if a trusted package only passes it on.
    """
    check_class_path(class_path, trusted)
    module_name, class_name = class_path.split(":")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"class {class_path!r} cannot be loaded: {error}") from error
    if not (isinstance(found, type) and issubclass(found, (ForecastingModel, BaseForecaster))):
        raise ValueError(f"class must be a forecaster of darts or sktime, got {class_path!r}, {found!r}")
    if _package(found.__module__) not in {*TRUSTED, *trusted}:
        raise ValueError(f"class must belong to its own package, got {class_path!r} of {found.__module__}")
    return found


def _package(module_name: str) -> str:
    return module_name.partition(".")[0]
