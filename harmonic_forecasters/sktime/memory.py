"""sktime's fit and update, for forecasters that keep the data themselves."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import pandas as pd
from sktime.datatypes import update_data
from sktime.forecasting.base import BaseForecaster, ForecastingHorizon

from harmonic_forecasters.sktime.samples import check_label_kind

# What sktime writes to a forecaster before it hands over the data of an update.
_WRITTEN_BEFORE_UPDATE = ("_cutoff", "_y_metadata", "_y_mtype_last_seen")


class RememberingForecaster(BaseForecaster):
    """Base of forecasters that learn from all data seen: from those of ``fit``, and of each ``update``.

    A forecaster adds :meth:`_learn`, which notes the step between samples as ``_step``. The data are in
    ``_cur_y`` and ``_cur_X``, tables as sktime hands them over. Where sktime sets the cutoff back, as in
    ``update_predict``, later samples are not known yet: :meth:`_until_cutoff` leaves them out. An update that
    fails changes nothing.
    """

    # sktime deprecates its own memory and warns at every use.
    _config: ClassVar[dict[str, Any]] = {"remember_data": False}
    # sktime creates these only if it remembers from the start, and needs them if it starts remembering later.
    _y = None
    _X = None

    _step: Any
    _cur_X: pd.DataFrame | None  # noqa: N815, sktime's name

    def _learn(self, y: pd.DataFrame, X: pd.DataFrame | None) -> None:
        """Learn from these data alone, whatever was learned before; where that fails, change nothing."""
        raise NotImplementedError

    def _fit(self, y: pd.DataFrame, X: pd.DataFrame | None, fh: ForecastingHorizon | None) -> Self:  # noqa: ARG002
        self._learn(y, X)
        self._remember(y.copy(), None if X is None else X.copy())
        return self

    def _update(self, y: pd.DataFrame, X: pd.DataFrame | None = None, update_params: bool = True) -> Self:
        try:
            known = joined("update", self._cur_y, y)
            known_X = self._known_covariates(X)
            if isinstance(self._cutoff, pd.DatetimeIndex):
                # A few new dates need not show the frequency that sktime steps on with.
                self._set_cutoff(pd.DatetimeIndex([self._cutoff[0]], freq=self._step))
            if update_params:
                self._learn(self._until_cutoff(known), known_X)
        except Exception:
            self.__dict__.update(self._before_update)
            raise
        self._remember(known, known_X)
        return self

    def _remember(self, y: pd.DataFrame, X: pd.DataFrame | None) -> None:
        """Keep the data, and what a failed update falls back to."""
        self._cur_y, self._cur_X = y, X
        self._before_update = {name: getattr(self, name) for name in _WRITTEN_BEFORE_UPDATE}

    def _known_covariates(self, X: pd.DataFrame | None) -> pd.DataFrame | None:
        """The covariates known so far and the new ones X."""
        if X is None:
            return self._cur_X
        if self._cur_X is None:
            raise ValueError(
                f"X must be None, as in fit, got columns {list(X.columns)}: to use them, fit again with X "
                "for every sample of y"
            )
        return joined("X", self._cur_X, X)

    def _until_cutoff(self, y: pd.DataFrame) -> pd.DataFrame:
        if y.index.nlevels == 1:
            return y.loc[: self._cutoff[0]]
        return y[y.index.get_level_values(-1) <= self._cutoff[0]]


def joined(name: str, known: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The known data and the new ones, which replace them where both have a row.

    name : of the new data in messages.
    Raises TypeError where one is a panel and the other is not, or their labels are of different kinds;
    ValueError for other columns.
    """
    if not isinstance(new, pd.DataFrame) or new.index.nlevels != known.index.nlevels:
        single = known.index.nlevels == 1
        kinds = ("a single series", "a panel") if single else ("a panel of as many levels", "something else")
        raise TypeError(f"{name} must have {kinds[0]}, as fit had, got {kinds[1]}")
    check_label_kind(new.index.get_level_values(-1), known.index.get_level_values(-1))
    columns = known.columns
    if new.shape[1] == 1 == len(columns):
        new = new.set_axis(columns, axis=1)
    elif set(new.columns) != set(columns):
        raise ValueError(f"{name} must have the columns of fit, {list(columns)}, got {list(new.columns)}")
    together: pd.DataFrame = update_data(known, new[columns])
    return together
