"""Accuracy on real series: `series`, `m4`, `gift_eval` or `tides`.

    OMP_NUM_THREADS=1 python benchmarks/harmonic/real.py series [--methods blend MSTL AutoTheta AutoARIMA]
    OMP_NUM_THREADS=1 python benchmarks/harmonic/real.py m4 --validation [--every 8] [--methods blend]
    OMP_NUM_THREADS=1 python benchmarks/harmonic/real.py gift_eval [--names ett1/H/short ...]
    OMP_NUM_THREADS=1 python benchmarks/harmonic/real.py tides [--methods blend]

`series`: seven series, five origins, one and two seasons ahead; our methods are given the frequency of the
samples and no period but in one row, the others the true periods. `m4`: the 414 hourly series of the M4
competition. With `--validation` the last 48 hours of the training part are held out instead of the test part;
whoever chooses anything uses that. `gift_eval`: ten configurations of that benchmark, half an hour.
`tides`: 14 days ahead from 30, 90 and 200 days, beside UTide (``pip install utide``).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import gift_eval
import m4_hourly
import real_series
import tide_gauges
from forecasters import FORECASTERS, GIVEN
from study_table import RESULTS, Row, report
from threadpoolctl import threadpool_limits

from harmonic_forecasters.spectral import METHODS


def run(options: argparse.Namespace) -> list[Row]:
    """The rows of the part that was asked for."""
    if options.part == "series":
        return real_series.evaluate(options.methods, options.names)
    if options.part == "m4":
        return m4_hourly.evaluate(options.methods, validation=options.validation, every=options.every)
    if options.part == "gift_eval":
        return gift_eval.evaluate(options.methods, options.names)
    return tide_gauges.evaluate(options.methods)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=RESULTS / "harmonic_real.csv")
    parts = parser.add_subparsers(dest="part", required=True)
    series = parts.add_parser("series")
    series.add_argument(
        "--methods",
        nargs="+",
        choices=FORECASTERS,
        default=["blend", GIVEN, "MSTL", "AutoTheta", "AutoARIMA"],
    )
    series.add_argument("--names", nargs="+", choices=real_series.SERIES, default=real_series.SERIES)
    m4 = parts.add_parser("m4")
    m4.add_argument("--methods", nargs="+", choices=FORECASTERS, default=["blend", GIVEN, "SeasonalNaive"])
    m4.add_argument("--validation", action="store_true", help="hold out the tail of the training part")
    m4.add_argument("--every", type=int, default=1, help="take every so many series")
    gift = parts.add_parser("gift_eval")
    gift.add_argument("--methods", nargs="+", choices=METHODS, default=["blend"])
    gift.add_argument(
        "--names", nargs="+", choices=gift_eval.CONFIGURATIONS, default=list(gift_eval.CONFIGURATIONS)
    )
    tides = parts.add_parser("tides")
    tides.add_argument("--methods", nargs="+", choices=METHODS, default=["blend"])
    options = parser.parse_args()
    started = time.perf_counter()
    with threadpool_limits(limits=1):
        rows = run(options)
    report(rows, options.output)
    print(f"{options.part}: {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
