"""The unit of a window: networks see windows of level 0 and scale 1, whatever the unit of the series.

Shift and scale come from the input window alone, a pair for each component, in the precision of the series:
an oscillation of 1 on a level of 10,000 must be separated from the level before it is rounded to the
precision of a network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from darts.utils.likelihood_models.base import LikelihoodType
from darts.utils.likelihood_models.torch import TorchLikelihood
from torch import Tensor


def _deviation(centred: Tensor) -> Tensor:
    return centred.square().mean(dim=1, keepdim=True).sqrt()


def _largest(centred: Tensor) -> Tensor:
    return centred.abs().amax(dim=1, keepdim=True)


#: Name -> (window less its mean, (batch, length, n_targets)) -> its scale, (batch, 1, n_targets).
SCALINGS: dict[str, Callable[[Tensor], Tensor]] = {"standard": _deviation, "max": _largest}


@dataclass(frozen=True)
class WindowUnit:
    """The values of the series that become 0 and 1 in a scaled window are shift and shift + scale.

    shift : (batch, 1, n_targets), unit of the series.
    scale : same shape and unit; 0 for a constant window, which has no scale: its forecast is the constant,
        and it does not contribute to training.
    """

    shift: Tensor
    scale: Tensor

    def to_window(self, values: Tensor) -> Tensor:
        """(batch, length, n_targets) in window units; 0 where the window is constant."""
        return (values - self.shift) / torch.where(self.scale > 0, self.scale, torch.inf)

    def known(self) -> Tensor:
        """(batch, 1, n_targets, 1), False where the window is constant."""
        return (self.scale > 0)[..., None]

    def values_to_series(self, raw: Tensor) -> Tensor:
        """Outputs that are values, (batch, length, n_targets, n_parameters), in the unit of the series."""
        return self.shift[..., None] + self.scale[..., None] * raw

    def location_and_spread_to_series(self, raw: Tensor) -> Tensor:
        """Outputs that are a location and, before softplus, a spread: those of the scaled distribution."""
        location = self.values_to_series(raw[..., :1])
        spread = self.scale[..., None] * torch.nn.functional.softplus(raw[..., 1:])
        return torch.cat([location, _before_softplus(spread)], dim=-1)


#: The families that are closed under shift and scale, and how their outputs are scaled back.
TO_SERIES: dict[LikelihoodType | None, Callable[[WindowUnit, Tensor], Tensor]] = {
    None: WindowUnit.values_to_series,
    LikelihoodType.Quantile: WindowUnit.values_to_series,
    LikelihoodType.Gaussian: WindowUnit.location_and_spread_to_series,
    LikelihoodType.Laplace: WindowUnit.location_and_spread_to_series,
    LikelihoodType.Cauchy: WindowUnit.location_and_spread_to_series,
}


def window_unit(window: Tensor, scaling: str) -> WindowUnit:
    """Mean and scale of each component of each window, (batch, length, n_targets).

    A window counts as constant where its scale is within the rounding of its values.
    """
    shift = window.mean(dim=1, keepdim=True)
    scale = SCALINGS[scaling](window - shift)
    rounding = 16 * torch.finfo(window.dtype).eps * window.abs().amax(dim=1, keepdim=True)
    return WindowUnit(shift, torch.where(scale > rounding, scale, 0.0))


def check_scaling(scaling: str | None, likelihood: TorchLikelihood | None) -> None:
    """Raise ValueError for an unknown scaling, and for a likelihood that cannot be scaled."""
    if scaling is None:
        return
    if scaling not in SCALINGS:
        choices = ", ".join(map(repr, SCALINGS))
        raise ValueError(f"scaling must be {choices} or None, got {scaling!r}")
    if likelihood is None:
        return
    if likelihood.type not in TO_SERIES:
        families = ", ".join(family.name for family in TO_SERIES if family)
        raise ValueError(
            f"likelihood must be one of {families}, or scaling None: no other family is closed under the "
            f"shift and scale of a window, got {type(likelihood).__name__} with scaling={scaling!r}"
        )
    if any(prior is not None for prior in likelihood._prior_params or ()):
        raise ValueError(
            "likelihood must have no prior, or scaling None: the loss is computed on scaled windows, not in "
            f"the unit of the series, got {likelihood} with scaling={scaling!r}"
        )


def _before_softplus(y: Tensor) -> Tensor:
    # softplus(x) = log(1 + e^x) = y  <=>  x = log(e^y - 1) = y + log(1 - e^-y); -inf for y = 0.
    # Small y use the series log y + y/2 + y^2/24 + ..., since ONNX has no expm1 and would lose them.
    return torch.where(y < 0.01, y.log() + y / 2 + y.square() / 24, y + torch.log(-torch.expm1(-y)))
