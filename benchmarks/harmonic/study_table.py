"""The table that every part of the study writes: a row a measure, with what it must be and what it aims at.

Columns: task, method, measure, value, must, aim, cases. ``must`` and ``aim`` are written ``<= 0.6`` or
``0.77 .. 0.83`` and are empty where nothing is asked; ``cases`` counts the signals, series or forecasts
that the value is an average of.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

RESULTS = Path(__file__).parents[1] / "results"
SAME_RUN = ["task", "method"]


@dataclass(frozen=True)
class Bound:
    """Values from low to high, both included."""

    high: float
    low: float | None = None

    def __str__(self) -> str:
        return f"<= {self.high:g}" if self.low is None else f"{self.low:g} .. {self.high:g}"

    def holds(self, value: float) -> bool:
        return value <= self.high and (self.low is None or value >= self.low)


@dataclass(frozen=True)
class Row:
    """One measure of one method on one task."""

    task: str
    method: str
    measure: str
    value: float
    must: Bound | None = None
    aim: Bound | None = None
    cases: int = 1


def report(rows: list[Row], output: Path) -> None:
    """Print the rows, each with its verdict, and write them to the CSV file.

    Rows that the file has of the same task and method are replaced, all others stay, so that the parts of a
    study can be run one by one.
    """
    for row in rows:
        asked = "".join(
            f"  {name} {bound} {'holds' if bound.holds(row.value) else 'FAILS'}"
            for name, bound in (("must", row.must), ("aim", row.aim))
            if bound is not None
        )
        print(f"{row.task:44} {row.method:22} {row.measure:34} {row.value:10.4g}{asked}", flush=True)
    table = pd.DataFrame([asdict(row) | {"must": row.must, "aim": row.aim} for row in rows])
    for column in ("must", "aim"):
        table[column] = ["" if bound is None else str(bound) for bound in table[column]]
    if output.exists():
        earlier = pd.read_csv(output, keep_default_na=False)
        replaced = earlier.set_index(SAME_RUN).index.isin(table.set_index(SAME_RUN).index)
        table = pd.concat([earlier[~replaced], table])
    output.parent.mkdir(parents=True, exist_ok=True)
    table.sort_values(SAME_RUN, kind="stable").to_csv(output, index=False, float_format="%.6g")
