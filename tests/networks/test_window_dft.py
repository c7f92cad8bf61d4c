"""Amplitudes and phases of windows against torch.fft."""

import math

import pytest
import torch

from harmonic_forecasters.networks.window_dft import amplitudes_and_phases


@pytest.mark.parametrize("n_samples", [1, 2, 3, 8, 25, 100])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
def test_they_equal_those_of_the_fast_transform(n_samples, dtype, tolerance):
    window = torch.randn(6, n_samples, dtype=dtype, generator=torch.Generator().manual_seed(n_samples))
    amplitude, phase = amplitudes_and_phases(window).chunk(2, dim=1)
    coefficients = torch.fft.rfft(window)
    torch.testing.assert_close(amplitude, 2 * coefficients.abs() / n_samples, rtol=0, atol=tolerance)
    # Compared on the circle: pi and -pi are one phase.
    unit = torch.polar(torch.ones_like(phase), phase - coefficients.angle())
    torch.testing.assert_close(unit.real, torch.ones_like(phase), rtol=0, atol=tolerance)


def test_a_phase_where_nothing_is_but_rounding_is_zero():
    t = torch.arange(24)
    wave = torch.sin(2 * torch.pi * t / 12)
    for window in (wave, wave * 1e-6, wave + 100.0):
        window = window - window.mean()
        phase = amplitudes_and_phases(window[None]).chunk(2, dim=1)[1][0]
        assert phase[2] == pytest.approx(-math.pi / 2, abs=1e-4)
        assert phase.count_nonzero() == 1


def test_a_negative_level_has_the_phase_pi():
    phase = amplitudes_and_phases(torch.full((1, 10), -2.0)).chunk(2, dim=1)[1]
    assert phase[0, 0] == pytest.approx(math.pi)


def test_a_window_of_zeros_gives_zeros():
    assert torch.equal(amplitudes_and_phases(torch.zeros(2, 10)), torch.zeros(2, 12))
