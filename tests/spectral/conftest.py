"""Degenerate windows: constants, steps, pure sines, extreme scales, very short ones."""

import numpy as np
import pytest

T = np.arange(50)
#: For linear prediction, which needs at least two samples.
PREDICTION = {
    "zeros": np.zeros(50),
    "constant": np.full(50, 0.1),
    "spike": np.eye(50)[20],
    "spike at the end": np.eye(50)[49],
    "step": (T >= 25) * 1.0,
    "ramp": 1.0 * T,
    "sine": np.sin(0.3 * T),
    "near frequencies": np.sin(0.3 * T) + np.sin(0.3001 * T),
    "alternation": (-1.0) ** T,
    "wiggle on a level": 1e6 + np.sin(0.3 * T),
    "growth": 1.05**T,
    "two samples": np.array([1.0, 2.0]),
    "three samples": np.array([1.0, 2.0, 0.0]),
}
#: For methods that find sinusoids, which need at least eight values and accept gaps.
SINUSOIDS = {
    "zeros": np.zeros(40),
    "a constant": np.full(40, 5.0),
    "a spike": 1.0 * (np.arange(40) == 17),
    "a spike at the end": 1.0 * (np.arange(40) == 39),
    "a step": 1.0 * (np.arange(40) > 20),
    "a ramp": np.arange(40.0),
    "a pure sine": np.sin(0.7 * np.arange(40)),
    "two nearly equal frequencies": np.sin(0.7 * np.arange(40)) + np.sin(0.70001 * np.arange(40) + 2.0),
    "8 samples": np.random.default_rng(0).normal(size=8),
    "8 samples of a sine": np.sin(np.arange(8)),
    "8 values in a long gap": np.where(np.arange(40) % 5 == 0, np.sin(np.arange(40)), np.nan),
    "1e9": 1e9 * np.sin(np.arange(40)) + 1e8 * np.random.default_rng(1).normal(size=40),
    "1e-9": 1e-9 * np.sin(np.arange(40)) + 1e-10 * np.random.default_rng(2).normal(size=40),
    "a wiggle on a level": 1e6 + np.sin(np.arange(40)),
    "alternating": (-1.0) ** np.arange(40),
    "growth": np.exp(np.arange(40) / 4.0),
    "whole numbers": np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3]),
    "two close frequencies": np.sin(0.3 * np.arange(60)) + np.sin(0.3001 * np.arange(60)),
}


@pytest.fixture(params=PREDICTION)
def degenerate_prediction(request):
    return PREDICTION[request.param]


@pytest.fixture(params=SINUSOIDS)
def degenerate_window(request):
    return SINUSOIDS[request.param]


@pytest.fixture(params=["zeros", "a constant", "alternating", "a pure sine"])
def predictable_window(request):
    return SINUSOIDS[request.param]
