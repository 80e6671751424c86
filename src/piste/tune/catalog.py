"""What there is to choose from in a search: explicit ordered lists, one line and one comment each."""

from dataclasses import replace
from functools import partial

from piste.core.errors import SettingError
from piste.core.settings import nearest
from piste.tune.samplers.grid import GRID, grid
from piste.tune.samplers.independent import HALTON, RANDOM, SOBOL
from piste.tune.samplers.modelled import GAUSSIAN, TPE
from piste.tune.samplers.sampler import Draw, Sampler
from piste.tune.samplers.zoom import ZOOM
from piste.tune.schedulers.halving import HALVING, HYPERBAND
from piste.tune.schedulers.median import MEDIAN, NONE
from piste.tune.schedulers.scheduler import Scheduler

PBT = replace(SOBOL, name="pbt", title="evenly spread draws whose worst go on from the best ones' weights")

SAMPLERS: tuple[Sampler, ...] = (
    SOBOL,  # evenly spread, in powers of two
    HALTON,  # evenly spread, any number
    RANDOM,  # independent
    GRID,  # every combination
    ZOOM,  # from coarse to fine
    TPE,  # a model of good and of other trials
    GAUSSIAN,  # a model of the score itself
    PBT,  # evenly spread; who does badly takes over from who does well
)
"""Every sampler, the default first."""

SCHEDULERS: tuple[Scheduler, ...] = (
    NONE,  # all to the end
    MEDIAN,  # the worse half stops, sooner or later
    HALVING,  # one in three goes on
    HYPERBAND,  # halving, from several first rungs
)
"""Every scheduler."""


def sampler(name: str, trials: int) -> Sampler:
    """Return the sampler called `name`, for so many trials; raises `SettingError` where there is none."""
    _known("sampler", name, [one.name for one in SAMPLERS])
    found = next(one for one in SAMPLERS if one.name == name)
    return replace(found, draw=partial(grid, trials=trials)) if found is GRID else found


def first_draw(name: str, trials: int) -> Draw:
    """Return what the sampler called `name` draws its first trials with, which depend on no result."""
    found = sampler(name, trials)
    return SOBOL.draw if found.adapts else found.draw


def scheduler(name: str) -> Scheduler:
    """Return the scheduler called `name`; raises `SettingError` where there is none."""
    _known("scheduler", name, [one.name for one in SCHEDULERS])
    return next(one for one in SCHEDULERS if one.name == name)


def _known(kind: str, name: str, names: list[str]) -> None:
    if name not in names:
        raise SettingError(f"There is no {kind} '{name}'. {nearest(name, names)}")
