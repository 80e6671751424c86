"""The settings of a search."""

from dataclasses import dataclass
from typing import Annotated, Literal

from piste.core.settings import Range

SamplerName = Literal["sobol", "halton", "random", "grid", "zoom", "tpe", "gaussian", "pbt"]
SchedulerName = Literal["none", "median", "halving", "hyperband"]


@dataclass(frozen=True)
class TuneSettings:
    """How a space of settings is searched.

    Attributes
    ----------
    trials
        How many settings are tried.
    sampler
        Where to look: sobol, halton or random draws everywhere; grid every combination of a few values; zoom more and
        more closely where the best were; tpe and gaussian where a model of what is known expects the best; pbt trains
        all trials side by side, and the worst go on from the best ones' weights with settings a little changed.
    scheduler
        Who trains to the end: all (none), who is better than the median, or the best third after rounds 1, 3, 9 ...
        (halving), from several first rounds (hyperband).
    search_minutes
        How long the search may take: no more trials begin than will end in time, and those that have not ended by then
        wait for the next search, once there is any result; 0 sets no limit.
    at_once
        Trials that are trained side by side, and kept together.
    workers
        Processes of this machine that train trials at the same time, each on cores of its own; 0 trains in this one.
    cluster
        Address of a Ray cluster on whose nodes trials are trained, ray://HOST:PORT or HOST:PORT, or local for one that
        is begun on this machine.
    store
        Where the trials are kept: a file in the study's folder, or a database by its address,
        postgresql://user:password@host/database.
    final
        Whether the best settings are trained again at the end, into a run with its report.
    ensemble
        Best networks whose mean answer is kept beside that run, in the study's folder `ensemble`; 0 makes none.
    refit
        Whether the best settings are also trained on train and validation rows together, into the folder `refit`.
    """

    trials: Annotated[int, Range(1, 1_000_000)] = 64
    sampler: SamplerName = "sobol"
    scheduler: SchedulerName = "hyperband"
    search_minutes: Annotated[float, Range(0)] = 0.0
    at_once: Annotated[int, Range(1, 65536)] = 64
    workers: Annotated[int, Range(0, 1024)] = 0
    cluster: str = ""
    store: str = "study.db"
    final: bool = True
    ensemble: Annotated[int, Range(0, 1000)] = 0
    refit: bool = False
