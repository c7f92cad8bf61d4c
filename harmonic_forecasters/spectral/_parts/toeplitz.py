"""Inverses of covariance matrices: of regular samples in O(N^2) time and O(N) memory, or with gaps, dense.

Both classes offer what an adaptive spectrum needs, for a batch of series at once: ``solve``, the sums along
the diagonals of the inverse, and the logarithm of the determinant.

Source: Levinson (1947) and Durbin (1960) for the recursion; Gohberg, Semencul (1972) for the inverse in terms
of its first column; Golub, Van Loan (2013), Matrix Computations, section 4.7.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.fft import irfft, rfft
from numpy.typing import NDArray
from scipy.fft import next_fast_len
from scipy.linalg import lapack, solve_toeplitz

from harmonic_forecasters.spectral._parts.windows import FloatArray

_FEW_SERIES = 8
# Up to this many samples a Cholesky factor is faster than a recursion in Python.
_FACTORED = 256
# Between these lengths scipy's compiled recursion is fastest, but it gives no prediction errors.
_COMPILED = (128, 2048)
_LARGEST_MISFIT = 1e-3
_WELL_CONDITIONED = 1e-4
_LIGHTEST_RIDGE = 1e-14
_TINY = 1e-290


class ToeplitzInverse:
    """Inverse of symmetric positive definite Toeplitz matrices, given by their first columns.

    column : (n_series, n_samples), the autocovariance at lags 0, 1, ... A matrix that is not positive
        definite to working precision gets a ridge, as light as will do.
    determinant : whether ``log_determinant`` will be asked for; without it, the inverse can cost less.

    Examples
    --------
    >>> inverse = ToeplitzInverse(np.array([[2.0, 1.0]]))
    >>> inverse.solve(np.array([[3.0, 3.0]])).round(12)
    array([[1., 1.]])
    >>> inverse.log_determinant().round(6)
    array([1.098612])
    """

    def __init__(self, column: FloatArray, *, determinant: bool = True):
        self._column, self._first, self._errors = _definite(column, determinant)
        n_samples = column.shape[1]
        self._n_fft = next_fast_len(2 * n_samples, real=True)
        # R^-1 = (L(x) L(x)' - L(z) L(z)') / x_0, x its first column, z = (0, x_{N-1}, ..., x_1).
        shifted = np.concatenate([np.zeros((len(column), 1)), self._first[:, :0:-1]], axis=1)
        self._spectra = rfft(np.stack([self._first, shifted]), self._n_fft)

    def solve(self, b: FloatArray) -> FloatArray:
        """The solution x of R x = b.

        b : (n_series, n_samples) or (n_series, n_columns, n_samples).   Returns the same shape.
        """
        x = self._apply(b)
        # 1 / x_0 is the variance of the last sample given those before it: if its share is large, R is well
        # conditioned.
        if (_WELL_CONDITIONED * self._column[:, 0] * self._first[:, 0] < 1.0).all():
            return x
        # One step of refinement restores the digits that the difference of two products loses.
        return x + self._apply(b - _product(self._column, x))

    def diagonal_sums(self) -> FloatArray:
        """Sums of the inverse along its diagonals, (n_series, n_samples): the main one first."""
        n_samples = self._first.shape[1]
        position = np.arange(n_samples)
        plain = self._spectra[0]
        weighted = rfft(position * self._first, self._n_fft)
        # sum_i (R^-1)_{i,i+k} = sum_m (N - k - 2 m) x_m x_{m+k} / x_0
        products, moments = irfft(np.stack([plain, weighted]).conj() * plain, self._n_fft)[..., :n_samples]
        return np.asarray(((n_samples - position) * products - 2.0 * moments) / self._first[:, :1])

    def log_determinant(self) -> FloatArray:
        """Logarithms of the determinants of R, (n_series,)."""
        errors = _prediction(self._column)[1] if self._errors is None else self._errors
        return np.asarray(np.log(errors).sum(axis=1))

    def _apply(self, b: FloatArray) -> FloatArray:
        n_samples = b.shape[-1]
        spectra = self._spectra if b.ndim == 2 else self._spectra[:, :, None]
        inner = irfft(spectra.conj() * rfft(b, self._n_fft), self._n_fft)[..., :n_samples]
        transformed = rfft(inner, self._n_fft)
        transformed *= spectra
        transformed[0] -= transformed[1]
        product = irfft(transformed[0], self._n_fft)[..., :n_samples]
        return np.asarray(product / _match(self._first[:, :1], b))


class DenseInverse:
    """The inverse for one series of which only some samples are observed, embedded in zeros.

    column : (1, n_samples), as for :class:`ToeplitzInverse`.   observed : (n_samples,), booleans.
    Time O(N^3), memory O(N^2); a ridge as in :class:`ToeplitzInverse`.

    Examples
    --------
    >>> inverse = DenseInverse(np.array([[2.0, 1.0, 0.5]]), np.array([True, False, True]))
    >>> inverse.solve(np.array([[2.5, 7.0, 2.5]])).round(12)
    array([[1., 0., 1.]])
    """

    def __init__(self, column: FloatArray, observed: NDArray[np.bool_]):
        position = np.flatnonzero(observed)
        factor = _factor(column[0][np.abs(position[:, None] - position)])
        self._log_determinant = 2.0 * np.log(np.diagonal(factor)).sum()
        inverse_factor = np.linalg.inv(factor)
        self._inverse = np.zeros((len(observed), len(observed)))
        self._inverse[np.ix_(position, position)] = inverse_factor.T @ inverse_factor

    def solve(self, b: FloatArray) -> FloatArray:
        """As :meth:`ToeplitzInverse.solve`; values of b at gaps are ignored, and solutions are zero there."""
        return np.asarray(b @ self._inverse)

    def diagonal_sums(self) -> FloatArray:
        """As :meth:`ToeplitzInverse.diagonal_sums`, (1, n_samples)."""
        n_samples = len(self._inverse)
        return np.array([[np.trace(self._inverse, offset=lag) for lag in range(n_samples)]])

    def log_determinant(self) -> FloatArray:
        """As :meth:`ToeplitzInverse.log_determinant`, (1,)."""
        return np.array([self._log_determinant])


def _definite(column: FloatArray, determinant: bool) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """The columns with what ridge they need; the first columns of R^-1; and errors of prediction, all orders.

    The errors are None if no determinant is asked for and the first columns are faster without them.
    """
    n_series, n_samples = column.shape
    compiled = not determinant and n_series <= _FEW_SERIES and _COMPILED[0] < n_samples <= _COMPILED[1]
    column, first, errors = column.copy(), np.empty_like(column), None if compiled else np.empty_like(column)
    todo, ridge = np.arange(n_series), 0.0
    while len(todo):
        column[todo, 0] += ridge * np.maximum(column[todo, 0], _TINY)
        if errors is None:
            first[todo], definite = _solve_compiled(column[todo])
        else:
            # The predictor of order N - 1, divided by its error, is the first column of the inverse.
            polynomial, errors[todo] = _prediction(column[todo])
            with np.errstate(divide="ignore", invalid="ignore"):
                first[todo] = polynomial / errors[todo, -1:]
            definite = np.isfinite(first[todo]).all(axis=1) & np.asarray((errors[todo] > 0.0).all(axis=1))
        todo = todo[~definite]
        ridge = max(100.0 * ridge, _LIGHTEST_RIDGE)
    return column, first, errors


def _solve_compiled(column: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """First columns of R^-1 by scipy's Levinson recursion, and which of them can be relied on."""
    first, impulse = np.zeros_like(column), np.zeros(column.shape[1])
    impulse[0] = 1.0
    for lags, x in zip(column, first, strict=True):
        with suppress(np.linalg.LinAlgError):
            x[:] = solve_toeplitz(lags, impulse, check_finite=False)
    # If R is indefinite or nearly singular, the product of R with the result is not an impulse.
    misfit = abs(_product(column, first) - impulse).max(axis=1)
    return first, (first[:, 0] > 0.0) & (misfit < _LARGEST_MISFIT)


def _product(column: FloatArray, x: FloatArray) -> FloatArray:
    """R x, of the shape of x: (n_series, n_samples) or (n_series, n_columns, n_samples)."""
    n_samples = column.shape[1]
    n_fft = next_fast_len(2 * n_samples, real=True)
    between = np.zeros((len(column), n_fft - 2 * n_samples + 1))
    symbol = _match(rfft(np.concatenate([column, between, column[:, :0:-1]], axis=1)), x)
    return np.asarray(irfft(symbol * rfft(x, n_fft), n_fft)[..., :n_samples])


def _prediction(column: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Prediction polynomials of order N - 1, and errors of all orders, which are zero from a failure on.

    The recursion of Levinson and Durbin takes N steps in Python. Many series go through it side by side; for
    a few short ones a Cholesky factor is faster.
    """
    if len(column) > _FEW_SERIES:
        return _predict_many(column.T.copy())
    return _predict_one(column) if column.shape[1] > _FACTORED else _predict_short(column)


def _predict_one(column: FloatArray) -> tuple[FloatArray, FloatArray]:
    """As :func:`_prediction`, a series after the other."""
    polynomial, errors = np.zeros_like(column), np.zeros_like(column)
    # Products of vectors stored in the same direction are faster, and so are Python's own numbers.
    for backwards, a, error in zip(column[:, ::-1].copy(), polynomial, errors, strict=True):
        a[0], left = 1.0, float(backwards[-1])
        found = [left]
        for order in range(1, len(backwards)):
            if not left > 0.0:  # not positive definite
                break
            known = a[:order]
            reflection = -float(known.dot(backwards[-order - 1 : -1])) / left
            a[1 : order + 1] += reflection * known[::-1]
            left *= 1.0 - reflection * reflection
            found.append(left)
        error[: len(found)] = found
    return polynomial, errors


def _predict_short(column: FloatArray) -> tuple[FloatArray, FloatArray]:
    """As :func:`_predict_one`, by R = L L': errors are the squares of L's diagonal."""
    polynomial, errors = np.zeros_like(column), np.zeros_like(column)
    position = np.arange(column.shape[1])
    distance = np.abs(position[:, None] - position)
    last = (position == position[-1]).astype(np.float64)
    for lags, a, error in zip(column, polynomial, errors, strict=True):
        factor, failed = lapack.dpotrf(lags[distance], lower=True)
        if not failed:
            error[:] = np.diagonal(factor) ** 2
            # Reversed, a Toeplitz matrix is itself: its last column is the first one backwards.
            a[:] = error[-1] * lapack.dpotrs(factor, last, lower=True)[0][::-1]
    return polynomial, errors


def _predict_many(lags: FloatArray) -> tuple[FloatArray, FloatArray]:
    """As :func:`_predict_one`, from lags (n_samples, n_series); what follows a failure means nothing."""
    a, errors = np.zeros_like(lags), np.zeros_like(lags)
    a[0], errors[0] = 1.0, lags[0]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for order in range(1, len(lags)):
            reflection = np.einsum("ns,ns->s", a[:order], lags[order:0:-1]) / -errors[order - 1]
            a[1 : order + 1] += reflection * a[order - 1 :: -1]
            errors[order] = errors[order - 1] * (1.0 - reflection * reflection)
    return a.T, errors.T


def _factor(covariance: FloatArray) -> FloatArray:
    """Cholesky factor, with as light a ridge as will do."""
    ridge = 0.0
    while True:
        try:
            return np.asarray(np.linalg.cholesky(covariance + ridge * np.eye(len(covariance))))
        except np.linalg.LinAlgError:
            lightest = _LIGHTEST_RIDGE * max(covariance[0, 0], _TINY)
            ridge = max(100.0 * ridge, lightest)


def _match(per_series: NDArray, b: FloatArray) -> NDArray:  # type: ignore[type-arg]
    """An axis for the columns of b, where it has one."""
    return per_series if b.ndim == 2 else per_series[:, None]
