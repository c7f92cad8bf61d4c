"""What the darts models add to a training step: scaling, windows, darts and Lightning.

    python benchmarks/training_overhead.py [--output benchmarks/results/training_overhead.csv]

Each model trains on 16,384 windows of one noisy series in batches of 256, with its default network and
Adam. The plain loop runs the same network on the same windows, cut and scaled beforehand: a shuffled batch,
network, mean squared error, backward, optimiser step. Both on one thread in single precision, without a
progress bar. Epochs take turns, so that a busy machine slows both; the ratio is that of the medians.
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
from pytorch_lightning import Callback
from torch import nn

from harmonic_forecasters.darts import GRUSeq2SeqModel, LSTMModel, MLPModel

LOOKBACK, HORIZON, BATCH, STEPS = 100, 10, 256, 64
MODELS: dict[str, tuple[Any, dict[str, Any]]] = {
    "MLPModel": (MLPModel, {}),
    "LSTMModel": (LSTMModel, {}),
    "GRUSeq2SeqModel": (GRUSeq2SeqModel, {}),
}


class PlainEpochs(Callback):
    """After each epoch of Lightning's, one of a plain loop; seconds of both, (darts, plain), in ``rows``."""

    def __init__(self, network: nn.Module, windows: torch.Tensor, targets: torch.Tensor):
        self.network, self.windows, self.targets = network, windows, targets
        self.optimizer = torch.optim.Adam(network.parameters())
        self.rows: list[tuple[float, float]] = []
        self.start = 0.0

    def on_train_epoch_start(self, *_: Any) -> None:
        self.start = time.perf_counter()

    def on_train_epoch_end(self, *_: Any) -> None:
        darts_seconds = time.perf_counter() - self.start
        start = time.perf_counter()
        for batch in torch.randperm(len(self.windows)).split(BATCH):
            loss = nn.functional.mse_loss(self.network(self.windows[batch])[..., 0], self.targets[batch])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        self.rows.append((darts_seconds, time.perf_counter() - start))


def measure(name: str, epochs: int) -> pd.DataFrame:
    """Columns model, epoch, darts_ms, plain_ms: milliseconds a training step."""
    n_windows = BATCH * STEPS
    t = np.arange(n_windows + LOOKBACK + HORIZON - 1)
    values = np.sin(t / 3) + 0.1 * np.random.default_rng(0).normal(size=len(t))
    cut = torch.tensor(values, dtype=torch.float32).unfold(0, LOOKBACK + HORIZON, 1)[..., None].clone()
    cls, options = MODELS[name]
    shape = {"past_target": (LOOKBACK, 1), "future_target": (HORIZON, 1)}
    probe = cls(LOOKBACK, HORIZON, **options)
    probe.pl_module_params["train_sample_shape"] = shape
    network = probe._create_model(None).network
    turns = PlainEpochs(network, cut[:, :LOOKBACK], cut[:, LOOKBACK:])
    trainer = {"callbacks": [turns], "enable_progress_bar": False, "accelerator": "cpu"}
    model = cls(LOOKBACK, HORIZON, batch_size=BATCH, n_epochs=epochs, pl_trainer_kwargs=trainer, **options)
    model.fit(TimeSeries.from_values(values.astype(np.float32)))
    rows = pd.DataFrame(turns.rows, columns=["darts_ms", "plain_ms"]) * 1e3 / STEPS
    rows.insert(0, "epoch", range(epochs))
    rows.insert(0, "model", name)
    return rows[rows["epoch"] > 0]  # the first one warms up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path)
    parser.add_argument("--epochs", type=int, default=6)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    table = pd.concat([measure(name, arguments.epochs) for name in MODELS], ignore_index=True)
    medians = table.groupby("model", sort=False)[["darts_ms", "plain_ms"]].median()
    print(medians.assign(ratio=medians["darts_ms"] / medians["plain_ms"]).round(3).to_string())
    if arguments.output:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        table.round(4).to_csv(arguments.output, index=False)


if __name__ == "__main__":
    main()
