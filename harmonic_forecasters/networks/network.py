"""What every network takes and gives, so that one training loop serves them all.

    network = MLP(input_length=100, output_length=10)
    network(past, future, static, truth=truth, teacher_forcing=0.5)

| tensor | shape | meaning |
| --- | --- | --- |
| past | (batch, input_length, n_targets + n_past_features) | the window, targets first, already scaled |
| future | (batch, output_length, n_future_features) or None | features known for the steps to come |
| static | (batch, n_static_features) or None | features without time |
| truth | (batch, output_length, n_targets) or None | the values to come, scaled: in training only |
| returned | (batch, output_length, n_targets, n_parameters) | raw likelihood parameters; 1: the forecast |
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Required, TypedDict

import torch
from torch import Tensor, nn

from harmonic_forecasters._checks import check_probability, check_whole_number


class Sizes(TypedDict, total=False):
    """Keywords that every network takes beside its own.

    input_length, output_length : samples in the window and after it, at least 1; no default.
    n_targets : components of the series, at least 1 (default 1).
    n_past_features, n_future_features, n_static_features : at least 0 (default 0).
    n_parameters : parameters per forecast value, at least 1 (default 1, a point forecast).
    dropout : probability that a hidden unit is dropped in training, 0 <= dropout < 1 (default 0).
    """

    input_length: Required[int]
    output_length: Required[int]
    n_targets: int
    n_past_features: int
    n_future_features: int
    n_static_features: int
    n_parameters: int
    dropout: float


class Network(nn.Module, ABC):
    """Holds the common sizes, checked. Raises ValueError for a size out of its range."""

    def __init__(
        self,
        *,
        input_length: int,
        output_length: int,
        n_targets: int = 1,
        n_past_features: int = 0,
        n_future_features: int = 0,
        n_static_features: int = 0,
        n_parameters: int = 1,
        dropout: float = 0.0,
    ):
        super().__init__()
        check_whole_number("input_length", input_length, 1)
        check_whole_number("output_length", output_length, 1)
        check_whole_number("n_targets", n_targets, 1)
        check_whole_number("n_past_features", n_past_features, 0)
        check_whole_number("n_future_features", n_future_features, 0)
        check_whole_number("n_static_features", n_static_features, 0)
        check_whole_number("n_parameters", n_parameters, 1)
        check_probability("dropout", dropout, below_one=True)
        self.input_length = input_length
        self.output_length = output_length
        self.n_targets = n_targets
        self.n_past_features = n_past_features
        self.n_future_features = n_future_features
        self.n_static_features = n_static_features
        self.n_parameters = n_parameters
        self.dropout = float(dropout)

    @abstractmethod
    def forward(
        self,
        past: Tensor,
        future: Tensor | None = None,
        static: Tensor | None = None,
        *,
        truth: Tensor | None = None,
        teacher_forcing: float = 0.0,
    ) -> Tensor:
        """Forecast the steps after the window; shapes as the module says.

        teacher_forcing : probability, 0..1, that a step of a decoder is fed the truth in place of its own
            output. Networks without a decoder ignore it, and the truth.
        """


def one_of(name: str, value: str, choices: Iterable[str]) -> str:
    """The value, if it is one of the choices; else ValueError.

    >>> one_of("cell", "rnn", ["gru", "lstm"])
    Traceback (most recent call last):
    ValueError: cell must be one of 'gru', 'lstm', got 'rnn'
    """
    choices = list(choices)
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return value


def join_flat(*parts: Tensor | None) -> Tensor:
    """Each part (batch, ...) flattened to (batch, size), side by side; None is left out.

    >>> join_flat(torch.zeros(2, 5, 3), None, torch.zeros(2, 4)).shape
    torch.Size([2, 19])
    """
    return torch.cat([part.flatten(1) for part in parts if part is not None], dim=1)
