"""Write the table of datasets in docs/datasets.md: ``python docs/make_dataset_table.py``."""

from __future__ import annotations

import re
from pathlib import Path

from harmonic_forecasters.datasets import get_dataset, list_datasets

PAGE = Path(__file__).with_name("datasets.md")
_TABLE = re.compile(r"^\| name \|.*?\n(?=\n)", re.MULTILINE | re.DOTALL)


def table() -> str:
    """One row per dataset, in Markdown."""
    columns = ("name", "what", "frequency", "seasons (samples)", "licence", "download")
    rows = [columns, ("---",) * len(columns)]
    for name in list_datasets():
        one = get_dataset(name)
        seasons = ", ".join(map(str, one.seasonalities))
        download = "yes" if one.files else ""
        rows.append((f"`{name}`", one.title, one.frequency or "none", seasons, one.licence, download))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def page(text: str) -> str:
    """The page with its table written anew."""
    (old,) = _TABLE.findall(text)
    return text.replace(old, table())


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
