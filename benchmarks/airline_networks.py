"""AirPassengers, the last 36 months held out: one forecast of 36 by each network, beside usual baselines.

    python benchmarks/airline_networks.py [--output benchmarks/results/airline_networks.csv]

Defaults apart from the chunk lengths, five seeds; mean absolute scaled error (season 12). Chunk lengths of
MLP and LSTM are those that were best when the months 73 to 108 were held out of the first 108. By that choice
the GRU seq2seq would have 24 and 12 too; both of its rows are shown.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from darts import TimeSeries
from darts.metrics import mase
from darts.models import AutoARIMA, NaiveSeasonal

from harmonic_forecasters.darts import GRUSeq2SeqModel, HarmonicModel, LSTMModel, MLPModel
from harmonic_forecasters.datasets import load

HELD_OUT, SEASON, SEEDS = 36, 12, range(5)
NETWORKS: list[tuple[Any, int, int]] = [
    (MLPModel, 24, 12),
    (LSTMModel, 24, 12),
    (GRUSeq2SeqModel, 24, 12),
    (GRUSeq2SeqModel, 36, 36),
]
BASELINES: dict[str, Any] = {
    "seasonal naive": NaiveSeasonal(SEASON),
    "AutoARIMA": AutoARIMA(season_length=SEASON),
    "HarmonicModel": HarmonicModel(),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results/airline_networks.csv")
    options = parser.parse_args()
    series = TimeSeries.from_series(load("airline"))
    training, truth = series[:-HELD_OUT], series[-HELD_OUT:]

    def score(model: Any) -> tuple[float, float]:
        started = time.perf_counter()
        model.fit(training)
        seconds = time.perf_counter() - started
        return float(mase(truth, model.predict(HELD_OUT), training, m=SEASON)), seconds

    naive, _ = score(BASELINES["seasonal naive"])
    rows = []
    for name, model in BASELINES.items():
        error, seconds = score(model)
        rows.append({"model": name, "mase": error, "relative": error / naive, "fit_seconds": seconds})
    for network, n_input, n_output in NETWORKS:
        quiet = {"pl_trainer_kwargs": {"accelerator": "cpu", "enable_progress_bar": False}}
        scores = np.array([score(network(n_input, n_output, random_state=seed, **quiet)) for seed in SEEDS])
        error = float(np.median(scores[:, 0]))
        rows.append(
            {
                "model": f"{network.__name__}({n_input}, {n_output})",
                "mase": error,
                "relative": error / naive,
                "lowest": scores[:, 0].min() / naive,
                "highest": scores[:, 0].max() / naive,
                "fit_seconds": scores[:, 1].max(),
            }
        )
    table = pd.DataFrame(rows)
    print(table.round(3).to_string(index=False))
    table.to_csv(options.output, index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
