"""Leaderboards: how models compare over tasks whose scores have different units."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from harmonic_forecasters.backtesting.scores import is_lowest_best
from harmonic_forecasters.backtesting.suite import ALL, Suite
from harmonic_forecasters.backtesting.task import Task

# One task on which a model is exact must not decide a leaderboard alone (Shchur et al. 2025, fev-bench).
_CLIP = (1e-2, 1e2)
_BOOTSTRAP_SAMPLES = 2000


def average_score(values: np.ndarray, metric: str, task: Task) -> float:
    """The average of one metric over the windows of a task, mean or geometric mean as the task asks.

    values : (n_windows,); those without a value, such as MASE on a constant history, do not count.
    metric : a coverage is a share, and always averaged by its mean.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return np.nan
    if task.average == "geometric mean" and is_lowest_best(metric):
        # The smallest normal number stands for an exact zero, whose logarithm there is not.
        return float(np.exp(np.mean(np.log(np.maximum(known, np.finfo(np.float64).tiny)))))
    return float(known.mean())


def headline_scores(suite: Suite, results: pd.DataFrame) -> pd.DataFrame:
    """The headline metric of each model on each task, averaged over windows; NaN where there is none.

    results : as :func:`.store.results_table` gives it.   Returns tasks as rows, models as columns.
    """
    scores = pd.DataFrame(
        np.nan, index=[task.name for task in suite.tasks], columns=[spec.name for spec in suite.models]
    )
    for task in suite.tasks:
        chosen = results[(results["task"] == task.name) & (results["metric"] == task.headline)]
        for model, values in chosen.groupby("model")["value"]:
            scores.loc[task.name, str(model)] = average_score(values.to_numpy(), task.headline, task)
    return scores


def leaderboard(suite: Suite, results: pd.DataFrame, jobs: pd.DataFrame) -> pd.DataFrame:
    """One row per group of tasks and model, the best mean rank first within a group.

    Jobs that have not run are left out of every average, so models of an unfinished run are averaged over
    different tasks: the column ``not_run`` says of how many tasks nothing is known yet.

    results, jobs : as :func:`.store.results_table` and :func:`.store.jobs_table` give them.

    Columns
    -------
    group : of the tasks, and ``all`` where there is more than one.
    model
    mean_rank : mean over tasks of the rank by headline metric, 1 the best; a model that failed ranks last.
    win_rate : share of the (task, other model) pairs in which it is better; a tie counts half.
    relative_error : geometric mean over tasks of its headline metric divided by the reference model's, each
        ratio held within 0.01..100 and counted as 1 where the model failed; NaN where it failed everywhere.
        Where the reference failed, all count as 1; where it did not run, there is no ratio.
    relative_error_low, relative_error_high : 95 % bootstrap interval of it over the tasks; NaN for one task.
    failures : tasks on which it failed.
    not_run : tasks on which it has not run yet.
    seconds : to fit and predict, all tasks that it did together.
    """
    scores = headline_scores(suite, results)
    groups = {group: [t.name for t in suite.tasks if t.group == group] for group in _group_names(suite)}
    if len(groups) > 1:
        groups[ALL] = list(scores.index)
    done = set(zip(jobs["task"], jobs["model"], strict=True))
    ran = pd.DataFrame(
        {model: [(task, model) in done for task in scores.index] for model in scores.columns}, scores.index
    )
    seconds = (jobs["fit_seconds"] + jobs["predict_seconds"]).astype("float64")
    tables = []
    for group, tasks in groups.items():
        chosen = scores.loc[tasks]
        spent = seconds[jobs["task"].isin(tasks)].groupby(jobs["model"]).sum(min_count=1)
        table = _compare(chosen, ran.loc[tasks], suite.reference)
        table.insert(0, "group", group)
        table["seconds"] = spent.reindex(table["model"]).to_numpy()
        tables.append(table.sort_values(["mean_rank", "model"], kind="stable"))
    return pd.concat(tables, ignore_index=True)


def _group_names(suite: Suite) -> list[str]:
    return list(dict.fromkeys(task.group for task in suite.tasks))


def _compare(scores: pd.DataFrame, ran: pd.DataFrame, reference: str) -> pd.DataFrame:
    """scores : tasks as rows, models as columns, lower is better; NaN where a job failed or did not run.

    ran : the same shape, which jobs have run.
    """
    failed = scores.isna() & ran
    has_run = ran.to_numpy()
    filled = np.where(has_run, scores.fillna(np.inf).to_numpy(), np.nan)
    ranks = stats.rankdata(filled, axis=1, nan_policy="omit")
    # A model that did not run wins and loses nothing: comparisons with NaN are false.
    wins = (filled[:, :, None] < filled[:, None, :]) + 0.5 * (filled[:, :, None] == filled[:, None, :])
    rivals = np.where(has_run, has_run.sum(axis=1, keepdims=True) - 1, 0).sum(axis=0)
    divisor = scores[reference].to_numpy()[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        # A model ties with itself: half a win per task that is none.
        win_rate = (wins.sum(axis=(0, 2)) - 0.5 * has_run.sum(axis=0)) / rivals
        ratio = np.where(scores.to_numpy() == divisor, 1.0, scores.to_numpy() / divisor)
    log_ratio = np.log(np.clip(np.where(np.isnan(ratio), 1.0, ratio), *_CLIP))
    log_ratio[~(has_run & ran[[reference]].to_numpy())] = np.nan
    low, high = _bootstrap_interval(log_ratio)
    known = np.where((failed | ~ran).all(), np.nan, 1.0)
    return pd.DataFrame(
        {
            "model": scores.columns,
            "mean_rank": _mean_of_known(ranks),
            "win_rate": win_rate,
            "relative_error": known * np.exp(_mean_of_known(log_ratio)),
            "relative_error_low": known * np.exp(low),
            "relative_error_high": known * np.exp(high),
            "failures": failed.sum().to_numpy(),
            "not_run": (~ran).sum().to_numpy(),
        }
    )


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """Means of the columns over the values that are not NaN; NaN if there are none."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, values, 0.0).sum(axis=0) / known.sum(axis=0))


def _bootstrap_interval(log_ratio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95 % percentile interval of the mean over tasks, the same tasks drawn for all models that ran the same.

    log_ratio : (n_tasks, n_models), NaN for a job without a ratio.
    Returns NaN where there is a single ratio, over which nothing varies, or none.
    """
    low, high = np.full((2, log_ratio.shape[1]), np.nan)
    known = ~np.isnan(log_ratio)
    for tasks in np.unique(known, axis=1).T:
        if tasks.sum() < 2:
            continue
        models = (known == tasks[:, None]).all(axis=0)
        interval = stats.bootstrap(
            (log_ratio[np.ix_(tasks, models)],),
            np.mean,
            axis=0,
            method="percentile",
            n_resamples=_BOOTSTRAP_SAMPLES,
            rng=0,
        ).confidence_interval
        low[models], high[models] = interval.low, interval.high
    return low, high
