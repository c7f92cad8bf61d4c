"""Colours, and what all figures have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from numpy.typing import NDArray

from harmonic_forecasters._checks import check_whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# These colours differ for people with colour blindness too; the line styles differ in print.
HISTORY: dict[str, Any] = {"color": "0.35", "linewidth": 1.2}
TRUTH: dict[str, Any] = {"color": "0.35", "linewidth": 1.2, "linestyle": ":", "marker": ".", "markersize": 4}
FORECAST: dict[str, Any] = {"color": "#d55e00", "linewidth": 1.6}
BAND: dict[str, Any] = {"color": "#d55e00", "alpha": 0.2, "linewidth": 0}
RECONSTRUCTION: dict[str, Any] = {"color": "#0072b2", "linewidth": 1.6, "linestyle": "--"}
LINES: dict[str, Any] = {"color": "#0072b2", "linewidth": 1.2}
NAMES: dict[str, Any] = {"color": "0.15", "fontsize": 8}


def first_drawn(n_samples: int, last: int | None) -> int:
    """The first of the last samples, all of them where ``last`` is None; raises ValueError where last < 1."""
    if last is None:
        return 0
    check_whole_number("last", last, 1)
    return max(0, n_samples - last)


def label_time(ax: Axes, times: NDArray[Any], *, counted: bool) -> None:
    """Say what the horizontal axis counts, or write dates so short that they do not run together."""
    if times.dtype.kind != "M":
        if counted:
            ax.set_xlabel("time (samples)")
    else:
        locator = AutoDateLocator()
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def add_legend(ax: Axes, *, columns: int) -> None:
    """A legend above what is drawn."""
    bottom, top = ax.get_ylim()
    ax.set_ylim(bottom, top + 0.16 * (top - bottom), auto=None)
    ax.legend(loc="upper left", fontsize="small", ncols=columns)
