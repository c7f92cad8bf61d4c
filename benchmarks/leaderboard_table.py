"""Print a leaderboard as Markdown tables, as the README shows them.

python benchmarks/leaderboard_table.py benchmark-results/quick/leaderboard.csv
"""

from __future__ import annotations

import sys

import pandas as pd

from harmonic_forecasters.backtesting.report import format_number
from harmonic_forecasters.backtesting.suite import ALL


def markdown(board: pd.DataFrame) -> str:
    """One table a group of tasks, the group named above it; not the one over all groups."""
    parts = []
    for group, rows in board[board["group"] != ALL].groupby("group", sort=False):
        lines = [
            f"**{group}**",
            "",
            "| model | mean rank | win rate | relative error | 95 % interval | failures | seconds |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        for row in rows.to_dict("records"):
            low, high = format_number(row["relative_error_low"]), format_number(row["relative_error_high"])
            lines.append(
                f"| {row['model']} | {row['mean_rank']:.2f} | {100 * row['win_rate']:.0f} % "
                f"| {format_number(row['relative_error'])} | {low} to {high} "
                f"| {row['failures']} | {format_number(row['seconds'])} |"
            )
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


if __name__ == "__main__":
    print(markdown(pd.read_csv(sys.argv[1])))
