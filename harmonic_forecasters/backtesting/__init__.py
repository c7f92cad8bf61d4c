"""Rolling-origin backtests: a task, a model, one job of both, a store of jobs, and a report on them.

* :mod:`.task`, :mod:`.scores` : what is forecast, from which origins, and how it is scored.
* :mod:`.models` : models by name or by class, from darts, sktime or this package.
* :mod:`.suite` : many tasks and models, from YAML.
* :mod:`.job` : one model on one task.
* :mod:`.lookahead` : proof that a model did not see the future.
* :mod:`.store`, :mod:`.runner` : one file per job, and the loop that writes them.
* :mod:`.leaderboard`, :mod:`.report` : the results.

Examples
--------
>>> task = Task(name="nile", dataset="nile", horizon=5, metrics=["mae"], headline="mae")
>>> table = results_table([run_job(task, model_spec("naive"), seed=1)])
>>> table[["series", "metric", "value"]].to_dict("records")
[{'series': 'nile', 'metric': 'mae', 'value': 147.4}]
"""

from harmonic_forecasters.backtesting.job import run_job
from harmonic_forecasters.backtesting.models import ModelSpec, model_spec
from harmonic_forecasters.backtesting.scores import METRICS, Metric
from harmonic_forecasters.backtesting.store import results_table
from harmonic_forecasters.backtesting.suite import Suite, load_suite
from harmonic_forecasters.backtesting.task import Task

__all__ = [
    "METRICS",
    "Metric",
    "ModelSpec",
    "Suite",
    "Task",
    "load_suite",
    "model_spec",
    "results_table",
    "run_job",
]
