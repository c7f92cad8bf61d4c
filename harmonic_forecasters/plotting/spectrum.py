"""A line spectrum with its strongest peaks labelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.plotting.style import LINES, NAMES
from harmonic_forecasters.spectral import LineSpectrum

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AXIS_LABELS = {"frequency": "frequency (cycles per sample)", "period": "period (samples)"}
# Where a peak's label may stand: points to the right of the peak and above it, and the text's alignment.
PLACES = (
    (0.0, 4.0, "center"),
    *((side * 5.0, up, align) for up in (-3.0, 6.0) for side, align in ((1.0, "left"), (-1.0, "right"))),
)


def plot_spectrum(
    lines: LineSpectrum | pd.DataFrame,
    series: int = 0,
    *,
    over: str = "frequency",
    n_named: int = 8,
    ax: Axes | None = None,
) -> Axes:
    """Amplitudes of one series of a line spectrum, over frequency or period, the strongest peaks labelled.

    lines : a line spectrum, or the table that a model or forecaster gives (``spectrum()``, ``spectrum_``).
    series : the row of the spectrum, or the number of the component in the table.
    over : ``"frequency"`` (cycles per sample) or ``"period"`` (samples, on a logarithmic axis; the level,
        whose period is infinite, is left out).
    n_named : how many of the strongest peaks to label with their period in samples (over frequency:
        1/period); fewer if there is no room.
    Raises ValueError for any other axis, for a series that the spectrum does not have, for n_named below 0,
    and for a table without the columns of one.

    Examples
    --------
    >>> ax = plot_spectrum(LineSpectrum(np.array([0.5]), np.array([[1.0]]), np.zeros((1, 1))), over="period")
    >>> ax.get_xlabel(), ax.get_ylabel(), ax.texts[0].get_text()
    ('period (samples)', 'amplitude', '2')
    """
    if over not in AXIS_LABELS:
        raise ValueError(f"over must be one of {', '.join(map(repr, AXIS_LABELS))}, got {over!r}")
    check_whole_number("n_named", n_named, 0)
    table = table_of(lines, series)
    ax = ax or plt.subplots(figsize=(8, 3), layout="constrained")[1]
    shown = np.isfinite(table[over])
    position, amplitude = table[over][shown], table["amplitude"][shown]
    ax.vlines(position, 0.0, amplitude, **LINES)
    ax.plot(position, amplitude, "o", markersize=3, color=LINES["color"])
    ax.set_ylim(bottom=0.0)
    if over == "period":
        ax.set_xscale("log")
    ax.set_xlabel(AXIS_LABELS[over])
    ax.set_ylabel("amplitude")
    named = [i for i in np.argsort(-amplitude, kind="stable") if np.isfinite(table["period"][shown][i])]
    # A frequency is named as one over the period.
    names = [f"{'1/' * (over == 'frequency')}{table['period'][shown][i]:.4g}" for i in named[:n_named]]
    if names:
        ax.set_ylim(top=1.12 * amplitude.max(), auto=None)
        name_peaks(ax, position, amplitude, named[:n_named], names)
    return ax


def table_of(lines: LineSpectrum | pd.DataFrame, series: int) -> dict[str, NDArray[Any]]:
    """The columns of one series, strongest first."""
    if isinstance(lines, LineSpectrum):
        n_series = len(lines.amplitude)
        names: list[Any] = list(range(n_series))
    elif not isinstance(lines, pd.DataFrame):
        raise ValueError(f"lines must be a LineSpectrum or the table of one, got {type(lines).__name__}")
    else:
        missing = {"component", "frequency", "period", "amplitude", "phase"} - set(lines.columns)
        if missing:
            raise ValueError(
                f"lines must be a LineSpectrum or the table of one, got a table without {sorted(missing)}"
            )
        names = list(lines["component"].unique())
        n_series = max(len(names), 1)
    check_whole_number("series", series, 0, n_series - 1, largest_is="the last of the spectrum")
    if isinstance(lines, LineSpectrum):
        return dict(lines.columns(series))
    rows = lines[lines["component"] == names[series]] if names else lines
    # A season as a whole has no phase; its harmonics stand below it.
    rows = rows[rows["phase"].notna()]
    return {str(name): rows[name].to_numpy() for name in rows.columns}


def name_peaks(
    ax: Axes, position: NDArray[Any], amplitude: NDArray[Any], peaks: list[int], names: list[str]
) -> None:
    """Label peaks where the labels hide neither each other nor a stem; leave out the others."""
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]  # the layout, from which places follow
    points = 72.0 / ax.figure.dpi
    top = ax.transData.transform(np.stack([position, amplitude], axis=1)) * points
    frame = ax.get_window_extent()
    left, bottom, right, ceiling = (points * edge for edge in frame.extents)
    height = NAMES["fontsize"]
    taken: list[tuple[float, float, float, float]] = []
    for peak, name in zip(peaks, names, strict=True):
        width = 0.62 * height * len(name)
        for right_by, up, align in PLACES:
            x = top[peak, 0] + right_by - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * width
            y = top[peak, 1] + up
            box = x - 2.0, y - 1.0, x + width + 2.0, y + height + 1.0
            if not (left < box[0] and box[2] < right and bottom < box[1] and box[3] < ceiling):
                continue
            # Nor may a stem stand between a peak and its name.
            low, high = min(box[0], top[peak, 0]), max(box[2], top[peak, 0])
            stems = (top[:, 0] > low) & (top[:, 0] < high) & (top[:, 1] + 3.0 > box[1])
            stems[peak] = False
            if stems.any() or any(
                box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken
            ):
                continue
            ax.annotate(
                name,
                (position[peak], amplitude[peak]),
                (right_by, up),
                textcoords="offset points",
                ha=align,
                va="bottom",
                **NAMES,
            )
            taken.append(box)
            break
