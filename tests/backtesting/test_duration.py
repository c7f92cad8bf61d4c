"""The time that a run takes: costly jobs first, and an estimate that the jobs done correct."""

from harmonic_forecasters.backtesting.duration import Remaining, costly_first
from harmonic_forecasters.backtesting.models import known_models
from harmonic_forecasters.backtesting.task import Task


def jobs_of(*names):
    tasks = [Task(name=name, dataset=name, horizon=4) for name in ("nile", "lynx")]
    return [(task, known_models()[name]) for task in tasks for name in names]


def named(jobs):
    return [(task.name, spec.name) for task, spec in jobs]


def test_costly_jobs_come_first_and_the_others_as_they_were():
    jobs = jobs_of("naive", "lstm", "drift", "mlp")
    expected = [("nile", "lstm"), ("lynx", "lstm"), ("nile", "mlp"), ("lynx", "mlp")]
    expected += [("nile", "naive"), ("nile", "drift"), ("lynx", "naive"), ("lynx", "drift")]
    assert named(costly_first(jobs)) == expected


def test_the_estimate_weighs_jobs_by_their_cost_and_shares_them_among_processes():
    one, two = (Remaining(jobs_of("lstm", "naive"), n) for n in (1, 2))
    assert one.seconds() == 2.0 * two.seconds()
    assert Remaining(jobs_of("naive"), 1).seconds() < 0.05 * one.seconds()


def test_the_estimate_follows_the_pace_and_ends_at_zero():
    jobs = costly_first(jobs_of("lstm", "mlp"))
    remaining, guess = Remaining(jobs, 1), Remaining(jobs, 1).seconds()
    true = {"lstm": 84.0, "mlp": 24.0}  # twice what is typical
    remaining.done(jobs[0], true["lstm"])
    assert remaining.seconds() == 2.0 * guess - true["lstm"]
    for job in jobs[1:]:
        remaining.done(job, true[job[1].name])
    assert remaining.seconds() == 0.0
