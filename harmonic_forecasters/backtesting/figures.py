"""Interactive figures of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.colors import qualitative
from plotly.subplots import make_subplots

Record = Mapping[str, Any]

# Forecasts shown before a reader asks for more: a figure with all of them shows none.
_SHOWN_AT_FIRST = 3
_LAYOUT = {
    "template": "plotly_white",
    "font": {"family": "system-ui, sans-serif", "size": 13},
    "margin": {"l": 60, "r": 20, "t": 40, "b": 50},
}


def model_colors(models: Sequence[str]) -> dict[str, str]:
    """One colour per model, the same in every figure."""
    palette = qualitative.Dark24
    return {model: palette[i % len(palette)] for i, model in enumerate(models)}


def error_against_time(board: pd.DataFrame, colors: Mapping[str, str]) -> go.Figure:
    """Relative error over seconds of one group's leaderboard, both axes logarithmic.

    board : rows of :func:`.leaderboard.leaderboard` of one group.
    """
    figure = go.Figure()
    shown = board[board["seconds"] > 0].sort_values("seconds")
    for number, row in enumerate(shown.to_dict("records")):
        figure.add_scatter(
            x=[row["seconds"]],
            y=[row["relative_error"]],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [row["relative_error_high"] - row["relative_error"]],
                "arrayminus": [row["relative_error"] - row["relative_error_low"]],
                "thickness": 1,
            },
            mode="markers+text",
            text=[row["model"]],
            # Neighbours in time take turns, so that their names do not lie on each other.
            textposition=("top right", "bottom right")[number % 2],
            marker={"size": 10, "color": colors[row["model"]]},
            name=row["model"],
            hovertemplate=f"{row['model']}<br>%{{x:.3g}} s, relative error %{{y:.3g}}<extra></extra>",
        )
    figure.add_hline(y=1.0, line_dash="dot", line_color="grey")
    ticks = [digit * 10.0**power for power in range(-4, 6) for digit in (1, 2, 5)]
    axis = {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
    figure.update_xaxes(title="seconds to fit and predict, all tasks", **axis)
    figure.update_yaxes(title="error relative to the reference", **axis)
    figure.update_layout(showlegend=False, height=460, **_LAYOUT)
    return figure


def task_forecasts(records: Sequence[Record], ranked: Sequence[str], colors: Mapping[str, str]) -> go.Figure:
    """Forecasts against the truth in the example windows of one task, one panel a window.

    records : the jobs of the task that ended well, at least one.
    ranked : models, the best first: the first few are drawn at once, the others when the legend is clicked.
    """
    examples = records[0]["examples"]
    titles = [example["series"] for example in examples]
    figure = make_subplots(rows=1, cols=len(examples), subplot_titles=titles, horizontal_spacing=0.05)
    for column, example in enumerate(examples, start=1):
        figure.add_scatter(
            x=example["time"],
            y=example["values"],
            name="observed",
            mode="lines",
            legendgroup="observed",
            showlegend=column == 1,
            line={"color": "black", "width": 1.5},
            row=1,
            col=column,
        )
        first_ahead = example["time"][example["origin"]]
        figure.add_vline(x=first_ahead, line_dash="dot", line_color="grey", row=1, col=column)
    for record in sorted(records, key=lambda record: ranked.index(record["model"])):
        visible = True if ranked.index(record["model"]) < _SHOWN_AT_FIRST else "legendonly"
        for column, example in enumerate(record["examples"], start=1):
            band = {"mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
            style = {
                "legendgroup": record["model"],
                "visible": visible,
                "row": 1,
                "col": column,
                "x": example["time"][example["origin"] :],
            }
            color = colors[record["model"]]
            figure.add_scatter(
                y=example["mean"],
                name=record["model"],
                showlegend=column == 1,
                line={"color": color, "width": 2},
                mode="lines",
                **style,
            )
            if example["low"] is not None:
                fill = {"fill": "tonexty", "fillcolor": _translucent(color)}
                figure.add_scatter(y=example["low"], **band, **style)
                figure.add_scatter(y=example["high"], **band, **fill, **style)
    figure.update_layout(height=360, legend={"itemsizing": "constant"}, **_LAYOUT)
    return figure


def _translucent(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"
