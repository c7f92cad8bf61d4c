"""How long the jobs of a run take: a guess before it begins, corrected by the jobs that are done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harmonic_forecasters.backtesting.models import ModelSpec
from harmonic_forecasters.backtesting.task import Task

#: Seconds per task of the suite ``quick``, mean over its tasks, one thread of a machine of 2 cores: from
#: benchmarks/results/quick_leaderboard.csv. A model that is not listed counts as ``OTHER_SECONDS``.
TYPICAL_SECONDS: Mapping[str, float] = {
    "lstm": 42.0,
    "gru_seq2seq": 38.0,
    "auto_arima": 15.0,
    "mlp": 12.0,
    "arima": 10.0,
}
OTHER_SECONDS = 0.5


def costly_first(jobs: Iterable[tuple[Task, ModelSpec]]) -> list[tuple[Task, ModelSpec]]:
    """The jobs in an order in which several processes end at about the same time; ties as they came."""
    return sorted(jobs, key=lambda job: -_typical(job))


class Remaining:
    """The time that a run still takes.

    jobs : those to do.   n_processes : how many run at a time.

    Examples
    --------
    >>> from harmonic_forecasters.backtesting.models import known_models
    >>> task = Task(name="river", dataset="nile", horizon=5)
    >>> jobs = [(task, known_models()[name]) for name in ("lstm", "mlp")]
    >>> remaining = Remaining(jobs, n_processes=2)
    >>> remaining.seconds()
    27.0
    >>> remaining.done(jobs[0], 21.0)  # twice as fast as expected
    >>> remaining.seconds()
    3.0
    """

    def __init__(self, jobs: Iterable[tuple[Task, ModelSpec]], n_processes: int) -> None:
        self._to_do = sum(map(_typical, jobs))
        self._n_processes = n_processes
        self._expected = self._measured = 0.0

    def done(self, job: tuple[Task, ModelSpec], seconds: float) -> None:
        """Count a job that is done, and the seconds it took."""
        self._to_do -= _typical(job)
        self._expected += _typical(job)
        self._measured += seconds

    def seconds(self) -> float:
        """Seconds until the run ends, estimated from the jobs that are done."""
        pace = self._measured / self._expected if self._expected else 1.0
        return pace * self._to_do / self._n_processes


def in_words(seconds: float) -> str:
    """A duration as people say it.

    Examples
    --------
    >>> in_words(12.0), in_words(400.0), in_words(9000.0)
    ('less than a minute', 'about 7 minutes', 'about 2.5 hours')
    """
    minutes = seconds / 60.0
    if minutes < 1.0:
        return "less than a minute"
    if minutes < 90.0:
        return "about a minute" if minutes < 1.5 else f"about {minutes:.0f} minutes"
    return f"about {minutes / 60.0:.1f} hours"


def _typical(job: tuple[Task, ModelSpec]) -> float:
    return TYPICAL_SECONDS.get(job[1].name, OTHER_SECONDS)
