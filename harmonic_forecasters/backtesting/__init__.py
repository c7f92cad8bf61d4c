"""Rolling-origin backtests: a task, a model, one job of both, a store of jobs, and a report over them.

* :mod:`.task` : what is forecast, from which origins, and how it is scored.
* :mod:`.models` : models by name or by class, from darts, sktime or this package.
* :mod:`.job` : one model on one task.
* :mod:`.lookahead` : proof that a model did not see the future.
* :mod:`.store`, :mod:`.runner` : a file a job, and the loop that fills it.
* :mod:`.leaderboard`, :mod:`.report` : what came out.
"""
