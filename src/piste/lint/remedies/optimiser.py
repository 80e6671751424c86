"""An Optax optimiser with something before or behind it, and a person's own step made longer or shorter."""

from typing import Any

import jax.numpy as jnp

from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline
from piste.lint.probes.forks import blended, copied, replacing
from piste.lint.remedies.remedy import NotFixed
from piste.lint.rule import NotRun
from piste.lint.training import divided, training


def refuse_own_step(pipeline: Pipeline, by_hand: str) -> None:
    """Raise `NotFixed` where the update is not put together from `optimiser`."""
    if pipeline.step is not None:
        raise NotFixed(f"The update is made inside step=. {by_hand}")
    if pipeline.optimiser is None:
        raise NotFixed(f"There is no optimiser= to be changed. {by_hand}")


def chained(*parts: Any) -> Any:
    """Return the Optax transformations one after the other."""
    import optax

    return optax.chain(*parts)


def scaled(bench: Bench, factor: float, by_hand: str) -> dict[str, Any]:
    """Return the pieces that make every update `factor` times as long.

    A person's own step is called as it is, and the parameters that it gives are moved along their way from the old
    ones. Raises `NotFixed` where nothing updates, or the step's parameters cannot be replaced.
    """
    import optax

    pipeline = bench.pipeline
    if pipeline.step is None or pipeline.start is None:
        refuse_own_step(pipeline, by_hand)
        return {"optimiser": chained(pipeline.optimiser, optax.scale(factor))}
    own, taken = pipeline.step, bench.probe(training)
    try:
        replaced = bench.probe(replacing)
    except NotRun as reason:
        raise NotFixed(f"The update is made inside step=. {reason} {by_hand}") from reason

    def step(state: Any, inputs: Any, targets: Any) -> Any:
        before = copied(taken.parameters(state))  # a person's step may give its arguments' memory away
        result = own(state, inputs, targets)
        after, rest = divided(state, result)
        moved = replaced(after, blended(before, taken.parameters(after), jnp.float32(factor)))
        return moved if rest is None else (moved, *rest)

    return {"step": step}
