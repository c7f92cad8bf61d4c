"""The networks on clean sums of 3 to 6 sinusoids: window 100, horizon 5, trained by the library's own API.

    OMP_NUM_THREADS=1 python benchmarks/noise_free_networks.py MODEL [--output results.csv]

MODEL is one of those below. Each trains from scratch on a list of generated series, Adam under a one-cycle
learning rate, and is scored on 1,000 signals of another seed: mean squared error, the whole signal being
divided by its largest absolute value. The LSTM forecasts one step and is fed its own output; beside it stands
the same network one step ahead with the truth fed in, the same windows moved on. Prints a row a horizon step.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from darts import TimeSeries
from numpy.typing import NDArray

from harmonic_forecasters.darts import GRUSeq2SeqModel, LSTMModel, MLPModel
from harmonic_forecasters.signals import harmonic_sums

WINDOW, HORIZON = 100, 5
SIGNALS: dict[str, Any] = {"length": WINDOW + HORIZON, "n_components": (3, 6), "periods": (2, 99)}
N_TRAIN, N_TEST = 100_000, 1_000

#: name -> model, its own options, batch size, steps, highest learning rate.
MODELS: dict[str, tuple[Any, dict[str, Any], int, int, float]] = {
    "gru_seq2seq_mlp": (GRUSeq2SeqModel, {"encoder": "mlp", "teacher_forcing": 0.0}, 256, 12_000, 6e-3),
    "gru_seq2seq_gru": (GRUSeq2SeqModel, {"encoder": "gru", "teacher_forcing": 0.0}, 256, 7_000, 3e-3),
    "lstm_autoregressive": (LSTMModel, {"train_on": "every position"}, 64, 6_000, 3e-3),
    "mlp": (MLPModel, {}, 256, 12_000, 1e-3),
}


def as_series(values: NDArray[np.float64]) -> list[TimeSeries]:
    """One series a row, in single precision."""
    return [TimeSeries.from_values(row) for row in values.astype(np.float32)]


def trained(name: str, seed: int) -> tuple[Any, float]:
    """The model, and the seconds that its fit took."""
    model_class, options, batch_size, n_steps, highest_rate = MODELS[name]
    output_length = 1 if model_class is LSTMModel else HORIZON
    training = harmonic_sums(N_TRAIN, **SIGNALS, random_state=seed)
    series = as_series(training.clean)
    windows = N_TRAIN * (SIGNALS["length"] - WINDOW - output_length + 1)
    model = model_class(
        WINDOW,
        output_length,
        **options,
        batch_size=batch_size,
        n_epochs=-(-n_steps * batch_size // windows),
        random_state=seed,
        optimizer_kwargs={"lr": highest_rate},
        lr_scheduler_cls=torch.optim.lr_scheduler.OneCycleLR,
        lr_scheduler_kwargs={
            "max_lr": highest_rate,
            "total_steps": n_steps,
            "pct_start": 0.1,
            "interval": "step",
        },
        pl_trainer_kwargs={"accelerator": "cpu", "max_steps": n_steps, "gradient_clip_val": 1.0},
    )
    started = time.perf_counter()
    model.fit(series, verbose=False)
    return model, time.perf_counter() - started


def squared_errors(model: Any, values: NDArray[np.float64]) -> pd.DataFrame:
    """Squared errors of each horizon step, one row a way to forecast and a step.

    values : (n_signals, WINDOW + HORIZON).
    """
    own = model.predict(HORIZON, as_series(values[:, :WINDOW]), verbose=False)
    errors = {"own forecasts fed in": np.array([one.values()[:, 0] for one in own]) - values[:, WINDOW:]}
    if model.output_chunk_length == 1:
        ahead = [
            model.predict(1, as_series(values[:, step : WINDOW + step]), verbose=False)
            for step in range(HORIZON)
        ]
        one_step = np.array([[one.values()[0, 0] for one in step] for step in ahead]).T
        errors["truth fed in"] = one_step - values[:, WINDOW:]
    rows = []
    for how, error in errors.items():
        by_step = (error**2).mean(axis=0)
        rows += [
            {"forecast": how, "step": step, "mse": mse} for step, mse in enumerate(by_step.tolist(), start=1)
        ]
        rows.append({"forecast": how, "step": "all", "mse": float(by_step.mean())})
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Networks on clean sums of sinusoids.")
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, help="a CSV file to append the rows to")
    options = parser.parse_args()
    model, seconds = trained(options.model, options.seed)
    test = harmonic_sums(N_TEST, **SIGNALS, random_state=options.seed + 1_000)
    table = squared_errors(model, test.clean)
    table.insert(0, "model", options.model)
    table["fit_seconds"] = round(seconds, 1)
    print(table.to_string(index=False))
    if options.output:
        table.to_csv(options.output, mode="a", index=False, header=not options.output.exists())


if __name__ == "__main__":
    main()
