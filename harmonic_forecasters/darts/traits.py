"""What darts asks a model before it runs it, answered for untrained models."""

from __future__ import annotations

from darts.models.forecasting.forecasting_model import GlobalForecastingModel

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.darts.likelihoods import NormalLikelihood


class UntrainedTraits(GlobalForecastingModel):
    """Lengths, lags and capabilities of a global model that is not trained.

    Its targets are windows of ``input_chunk_length`` samples, or whole series of ``min_samples`` at least;
    none to learn from follow them. The parameters are those of :class:`~.untrained.UntrainedGlobalModel`.
    """

    min_samples = 1

    def __init__(
        self,
        input_chunk_length: int | None,
        output_chunk_length: int | None,
        likelihood: NormalLikelihood | None = None,
    ):
        check_whole_number("input_chunk_length", input_chunk_length, self.min_samples, or_none=True)
        check_whole_number("output_chunk_length", output_chunk_length, 1, or_none=True)
        super().__init__(add_encoders=None)
        self._input_chunk_length = input_chunk_length
        self._output_chunk_length = output_chunk_length
        self._likelihood = likelihood

    @property
    def input_chunk_length(self) -> int | None:
        """Samples in the window; None for the whole series."""
        return self._input_chunk_length

    @property
    def output_chunk_length(self) -> int | None:
        """Samples forecast at once; None for any number."""
        return self._output_chunk_length

    @property
    def likelihood(self) -> NormalLikelihood | None:
        """How forecast errors are shown and sampled; None for a model of point forecasts."""
        return self._likelihood

    @property
    def supports_probabilistic_prediction(self) -> bool:
        return self.likelihood is not None

    @property
    def supports_multivariate(self) -> bool:
        return True

    @property
    def supports_sample_weight(self) -> bool:
        return False

    @property
    def _requires_training(self) -> bool:
        return False

    @property
    def min_train_samples(self) -> int:
        return 1

    @property
    def min_train_series_length(self) -> int:
        # Not input plus output as in darts: there are no targets to learn.
        return self._target_window_lengths[0]

    @property
    def _target_window_lengths(self) -> tuple[int, int]:
        return self.input_chunk_length or self.min_samples, self.output_chunk_length or 0

    @property
    def extreme_lags(self) -> tuple[int, int, None, None, int | None, int | None, int]:
        # A last target lag of -1 is how darts' local models say that they forecast any number at once.
        n_input, n_output = self._target_window_lengths
        known = (-n_input, max(n_output - 1, 0)) if self.supports_future_covariates else (None, None)
        return -n_input, n_output - 1, None, None, *known, 0

    @property
    def _model_encoder_settings(self) -> tuple[int | None, int | None, bool, bool, None, None]:
        takes_future = self.supports_future_covariates
        return self.input_chunk_length, self.output_chunk_length, False, takes_future, None, None
