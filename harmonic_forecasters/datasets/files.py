"""Tables in files of the user's: CSV and Parquet."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

#: How the name of a file of series may end.
SUFFIXES = (".csv", ".parquet")
_SEPARATORS = ",;\t"


def read_table(path: Path) -> pd.DataFrame:
    """The table in a CSV or Parquet file.

    A CSV file is separated by commas, tabs or semicolons, the last with decimal commas.
    Raises ValueError where the file does not exist or cannot be read.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"a file of series must end in {' or '.join(SUFFIXES)}, got {str(path)!r}")
    if not path.is_file():
        raise ValueError(f"the file of a series must exist, got {str(path)!r}")
    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path)
        with path.open(encoding="utf-8-sig") as stream:
            separator = max(_SEPARATORS, key=stream.readline().count)
        decimal = "," if separator == ";" else "."
        table = pd.read_csv(path, sep=separator, decimal=decimal, skipinitialspace=True)
        first = table.iloc[:, 0]
        # pandas writes numbers of rows into files, in a column without a name.
        numbered = str(first.name) == "Unnamed: 0" and first.equals(pd.Series(range(len(table))))
        return table.iloc[:, 1:] if numbered else table
    except (ValueError, OSError) as error:  # parsers' and decoders' errors are ValueErrors
        raise ValueError(f"{path.name} must be a {path.suffix[1:]} file: {str(error).strip()}") from error
