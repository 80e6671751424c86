"""Work on all cores at once: each call of a program fills one of them."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

Result = TypeVar("Result")

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def at_once(jobs: Sequence[Callable[[Callable[[], bool]], Result]]) -> list[Result]:
    """Return what the jobs return, in their order; as many run at a time as there are cores.

    What one of them raises, or Ctrl-C, is raised once those that run have come to their end; each is given a function
    that says whether it should hurry there.
    """
    over = Event()
    if len(jobs) < 2 or CORES < 2:
        return [job(over.is_set) for job in jobs]
    with ThreadPoolExecutor(min(CORES, len(jobs))) as pool:
        futures = [pool.submit(job, over.is_set) for job in jobs]
        try:
            return [future.result() for future in futures]
        except BaseException:
            over.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
