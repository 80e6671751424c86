"""An Optax optimiser with something before or behind it; a step of a person's own is out of reach."""

from typing import Any

from piste.lint.pipeline import Pipeline
from piste.lint.remedies.remedy import NotFixed


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
