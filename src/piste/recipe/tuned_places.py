"""Where the trials of a search are trained: in this process, in several of this machine, or on a Ray cluster."""

import dataclasses
from collections.abc import Callable

from piste.core.errors import SettingError
from piste.recipe.tuned_trials import Bench
from piste.recipe.tuning import Asked
from piste.tune.catalog import PBT
from piste.tune.chunk import Executor, Here
from piste.tune.cluster.on_ray import OnRay, connected, slots_of
from piste.tune.cluster.processes import Processes
from piste.tune.settings import TuneSettings


def places_of(how: TuneSettings) -> tuple[int, Callable[[Bench], Executor]]:
    """Return in how many places trials are trained at the same time, and what makes of a bench what trains them.

    Raises `MissingExtraError` for a cluster without Ray, `RunError` for one that does not answer, `SettingError` for
    a cluster and processes of this machine at once.
    """
    if how.workers and how.cluster:
        raise SettingError("Trials are trained by --workers of this machine or on a --cluster; leave one of both out.")
    if how.cluster:
        ray = connected(how.cluster)
        return max(len(slots_of(ray.nodes())), 1), lambda bench: OnRay(bench, ray)
    if how.workers:
        return how.workers, lambda bench: Processes(bench, how.workers)
    return 1, Here


def spread(asked: Asked, places: int) -> Asked:
    """Return the search with as many trials at once as give every place some; those of one population stay together."""
    how = asked.how
    if places < 2 or "at_once" in asked.said or how.sampler == PBT.name:
        return asked
    each = max(min(how.at_once, -(-how.trials // places)), 1)
    return dataclasses.replace(asked, how=dataclasses.replace(how, at_once=each))
