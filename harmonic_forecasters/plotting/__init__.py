"""Pictures of forecasts, spectra and components. Needs the extra ``plot``; nothing else imports this.

Every function draws into the axes it is given, or into those of a new figure, and returns them. Series are
arrays, pandas, or darts series; intervals are those of either framework. They keep their time axis.
"""

try:
    import matplotlib.pyplot  # noqa: F401
except ImportError as error:
    raise ImportError(
        "harmonic_forecasters.plotting needs matplotlib: pip install 'harmonic-forecasters[plot]'"
    ) from error

from harmonic_forecasters.plotting.components import plot_components
from harmonic_forecasters.plotting.forecast import plot_forecast
from harmonic_forecasters.plotting.leakage import plot_leakage
from harmonic_forecasters.plotting.spectrum import plot_spectrum
from harmonic_forecasters.plotting.style import BAND, FORECAST, HISTORY, LINES, RECONSTRUCTION, TRUTH

__all__ = [
    "BAND",
    "FORECAST",
    "HISTORY",
    "LINES",
    "RECONSTRUCTION",
    "TRUTH",
    "plot_components",
    "plot_forecast",
    "plot_leakage",
    "plot_spectrum",
]
