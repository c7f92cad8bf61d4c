"""The fast inverses equal dense ones."""

import numpy as np
import pytest
from scipy.linalg import toeplitz

from harmonic_forecasters.spectral._parts.toeplitz import DenseInverse, ToeplitzInverse


def covariances(n_series, n_samples, noise=1e-2, seed=0):
    rng = np.random.default_rng(seed)
    frequency, power = rng.uniform(0, 0.5, (n_series, 5, 1)), rng.uniform(0, 1, (n_series, 5, 1))
    column = (power * np.cos(2 * np.pi * frequency * np.arange(n_samples))).sum(axis=1)
    column[:, 0] += noise
    return column


@pytest.mark.parametrize("determinant", [False, True])
@pytest.mark.parametrize(("n_series", "n_samples"), [(1, 1), (2, 2), (3, 7), (1, 64), (1, 300), (20, 33)])
def test_solutions_diagonal_sums_and_determinants_equal_those_of_dense_inverses(
    n_series, n_samples, determinant
):
    column = covariances(n_series, n_samples)
    fast = ToeplitzInverse(column, determinant=determinant)
    dense = np.linalg.inv(np.stack([toeplitz(one) for one in column]))
    b = np.random.default_rng(1).normal(size=(n_series, 4, n_samples))
    size = np.abs(dense).max()
    np.testing.assert_allclose(fast.solve(b), np.einsum("sij,scj->sci", dense, b), rtol=0, atol=1e-9 * size)
    np.testing.assert_allclose(fast.solve(b[:, 0]), fast.solve(b)[:, 0], rtol=0, atol=1e-9 * size)
    sums = np.stack([[np.trace(one, offset=lag) for lag in range(n_samples)] for one in dense])
    np.testing.assert_allclose(fast.diagonal_sums(), sums, rtol=0, atol=1e-8 * size)
    np.testing.assert_allclose(fast.log_determinant(), -np.linalg.slogdet(dense)[1], rtol=0, atol=1e-7)


def test_a_batch_gives_what_each_series_gives_alone():
    column = covariances(12, 40)
    b = np.random.default_rng(2).normal(size=(12, 40))
    alone = [ToeplitzInverse(column[[i]]).solve(b[[i]])[0] for i in range(12)]
    np.testing.assert_allclose(ToeplitzInverse(column).solve(b), alone, rtol=1e-9, atol=1e-9)


def test_without_gaps_the_dense_inverse_is_the_toeplitz_inverse():
    column, b = covariances(1, 30), np.random.default_rng(3).normal(size=(1, 2, 30))
    dense, fast = DenseInverse(column, np.ones(30, dtype=bool)), ToeplitzInverse(column)
    np.testing.assert_allclose(dense.solve(b), fast.solve(b), rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(dense.diagonal_sums(), fast.diagonal_sums(), rtol=1e-8, atol=1e-7)
    np.testing.assert_allclose(dense.log_determinant(), fast.log_determinant(), rtol=1e-9)


def test_with_gaps_the_dense_inverse_is_that_of_the_observed_samples():
    column, observed = covariances(1, 12), np.ones(12, dtype=bool)
    observed[[2, 3, 9]] = False
    b = np.random.default_rng(4).normal(size=(1, 12))
    solved = DenseInverse(column, observed).solve(b)[0]
    seen = toeplitz(column[0])[np.ix_(observed, observed)]
    np.testing.assert_allclose(solved[observed], np.linalg.solve(seen, b[0, observed]), rtol=1e-8)
    assert (solved[~observed] == 0.0).all()


@pytest.mark.parametrize(("n_series", "n_samples"), [(1, 50), (1, 300), (12, 50)])
def test_singular_matrices_get_a_ridge(n_series, n_samples):
    sine = np.tile(np.cos(0.3 * np.arange(n_samples)), (n_series, 1))
    solved = ToeplitzInverse(sine, determinant=False).solve(sine)
    assert np.isfinite(solved).all()
    dense = DenseInverse(np.zeros((1, 20)), np.arange(20) > 4)
    assert np.isfinite(dense.solve(np.zeros((1, 20)))).all()
