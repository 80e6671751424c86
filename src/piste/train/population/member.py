"""One member of a population: a trial as the engine sees it."""

from dataclasses import dataclass

from piste.train.plan import Plan
from piste.train.timeline import Effort


@dataclass(frozen=True)
class Member:
    """One trial: what a program would be compiled for, how long and how fast to train, and the seed of every draw.

    `number` is what the member is called by; it need not count anything. The effort's `seconds` are not obeyed: whoever
    leads a population has the clock.
    """

    number: int
    plan: Plan
    effort: Effort
    seed: int
