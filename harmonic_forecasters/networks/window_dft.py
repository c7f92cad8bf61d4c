"""Amplitudes and phases of windows, as inputs of a network."""

from __future__ import annotations

import math

import torch
from torch import Tensor

# Rounding leaves this much of a window's strongest amplitude at frequencies that are not there, and the phase
# of rounding is noise: that of a removed mean would be 0 or pi by chance.
_NEGLIGIBLE = 1e-5


def amplitudes_and_phases(window: Tensor) -> Tensor:
    """The real DFT, Y_k = sum_t y_t exp(-2 pi i k t / N), as amplitudes 2 |Y_k| / N and phases arg Y_k.

    window : (n_windows, N), any unit; it gets no gradient (a phase has none at amplitude zero).
    Returns (n_windows, 2 (N // 2 + 1)): amplitudes, of k = 0, 1, ..., in the unit of the window, then phases
    in radians, -pi..pi, zero where the amplitude is below 1e-5 of the window's largest.

    A product with a matrix and not torch.fft, which ONNX exporters do not know; made anew at each call, in
    the precision of the window, which costs little beside the network.

    >>> t = torch.arange(8)
    >>> window = 3 * torch.cos(2 * torch.pi * t / 8 + 1)
    >>> amplitude, phase = amplitudes_and_phases(window[None]).chunk(2, dim=1)
    >>> amplitude[0, 1], phase[0, 1], phase[0, 2]
    (tensor(3.), tensor(1.), tensor(0.))
    """
    window = window.detach()
    n_samples = window.shape[1]
    t = torch.arange(n_samples, device=window.device)
    k = torch.arange(n_samples // 2 + 1, device=window.device)
    # Whole cycles are left out while they are integers, so that the angle is exact.
    cycle = (t[:, None] * k) % n_samples
    angle = cycle.to(window.dtype) * (2.0 * math.pi / n_samples)
    # Exactly zero at half a cycle, so that the phase at the Nyquist frequency is exactly 0 or pi.
    sine = torch.where(2 * cycle == n_samples, 0.0, torch.sin(angle))
    real = window @ torch.cos(angle)
    imaginary = -(window @ sine)
    amplitude = torch.sqrt(real.square() + imaginary.square()) * (2.0 / n_samples)
    present = amplitude > _NEGLIGIBLE * amplitude.amax(dim=1, keepdim=True)
    phase = torch.atan2(imaginary, real)
    # By the sign of a zero, torch and ONNX runtimes answer pi or -pi: pi it is.
    phase = torch.where(imaginary == 0.0, phase.abs(), phase)
    phase = torch.where(present, phase, 0.0)
    return torch.cat([amplitude, phase], dim=1)
