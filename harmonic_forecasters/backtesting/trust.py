"""Which classes a suite may name: forecasters of darts, sktime, this package, and packages the user trusts.

A suite is a text file that may come from anywhere, and importing a module or constructing an object runs its
code. So the package is checked before anything is imported, and the class before anything is constructed.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Collection
from typing import Any

#: Packages whose forecasters any suite may name.
TRUSTED = ("darts", "harmonic_forecasters", "sktime")
#: Module -> its class that all forecasters of a framework inherit from.
BASES = {
    "darts.models.forecasting.forecasting_model": "ForecastingModel",
    "sktime.forecasting.base": "BaseForecaster",
}
#: Modules of sktime whose forecasters run a text among their parameters as code, or unpickle a file named
#: there. They need ``sktime`` to be trusted by name.
RUN_THEIR_PARAMETERS = (
    "sktime.forecasting.agentic",  # constructs what a text spells out
    "sktime.forecasting.base.adapters._pytorchforecasting",  # unpickles weights
    "sktime.forecasting.chronos",  # evaluates the name of a tokenizer
    "sktime.forecasting.compose._fhplex",  # evaluates fh_params
    "sktime.forecasting.lagllama",  # unpickles weights
    "sktime.forecasting.moirai",  # unpickles weights
    "sktime.forecasting.moirai2",  # unpickles weights
    "sktime.forecasting.pyfable_arima",  # runs a formula in R
    "sktime.forecasting.timer_s1",  # runs the code that comes with weights
)
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
    reason, if it is not a forecaster of darts or sktime, if a trusted package only passes it on, and if it
    runs its parameters as code: see ``RUN_THEIR_PARAMETERS``.
    """
    check_class_path(class_path, trusted)
    module_name, class_name = class_path.split(":")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"class {class_path!r} cannot be loaded: {error}") from error
    if not _is_forecaster(found):
        raise ValueError(f"class must be a forecaster of darts or sktime, got {class_path!r}, {found!r}")
    if _package(found.__module__) not in {*TRUSTED, *trusted}:
        raise ValueError(f"class must belong to its own package, got {class_path!r} of {found.__module__}")
    if "sktime" not in trusted and any(map(_runs_its_parameters, found.__mro__)):
        raise ValueError(
            f"class must not run its parameters as code, unless its suite is trusted (--trust sktime), "
            f"got {class_path!r}"
        )
    return found


def _is_forecaster(found: Any) -> bool:
    # A class cannot inherit from a base that is not imported yet. Importing both frameworks would cost every
    # process of a benchmark seconds, since sktime imports torch.
    bases = tuple(
        getattr(sys.modules[module], name) for module, name in BASES.items() if module in sys.modules
    )
    return isinstance(found, type) and issubclass(found, bases)


def _runs_its_parameters(parent: type) -> bool:
    return f"{parent.__module__}.".startswith(tuple(f"{module}." for module in RUN_THEIR_PARAMETERS))


def _package(module_name: str) -> str:
    return module_name.partition(".")[0]
