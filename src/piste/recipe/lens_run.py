"""The loss of a run's network on some of its examples, for the lens."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.errors import SettingError
from piste.lens.lens import Lens
from piste.lens.look import GIVEN, look
from piste.nn.layer import Context
from piste.recipe.predict import opened
from piste.recipe.progress import listener
from piste.recipe.run import Run
from piste.recipe.view_subject import Subject
from piste.train.forward import forward
from piste.train.plan import Plan

SPLITS = ("train", "validation", "test")


def look_at_run(
    run: Run | Path | str,
    example: int | Iterable[int] | None,
    split: str,
    training: bool,
    data: Any,
    keep: str | Iterable[str],
    quiet: bool,
    title: str = "",
    precision: str = GIVEN,
) -> Lens:
    """Return the lens on the mean loss of a run's network on examples of a split."""
    if split not in SPLITS:
        raise SettingError(f"The split must be one of {', '.join(SPLITS)}. Got '{split}' instead.")
    found = opened(run)
    subject = Subject(found, data, listener(quiet))
    rows = subject.examples(split)
    chosen = _places(example, len(rows), split)
    inputs, targets = np.asarray(rows.inputs)[chosen], np.asarray(rows.targets)[chosen]
    key = jax.random.key(found.record.seed)
    network = subject.network
    return look(
        loss_of(subject.plan, training, key),
        network.parameters, network.state, inputs, targets,
        keep=keep, precision=precision,
        title=title or f"{found.folder.name}, {split} {', '.join(map(str, chosen[:4]))}",
    )  # fmt: skip


def loss_of(plan: Plan, training: bool, key: jax.Array) -> Callable[..., jax.Array]:
    """Return the mean loss of a plan's network as a function of parameters, state, inputs and targets."""
    return partial(_loss, plan, training, key)


def _loss(plan: Plan, training: bool, key: Any, parameters: Any, state: Any, inputs: Any, targets: Any) -> jax.Array:
    context = Context(True, key) if training else Context()
    outputs, _ = forward(plan.model, plan.precision, 1, parameters, state, inputs, context)
    with jax.named_scope("loss"):
        return jnp.mean(plan.loss(outputs, targets))


def _places(example: int | Iterable[int] | None, count: int, split: str) -> list[int]:
    places = [0] if example is None else [example] if isinstance(example, int) else list(map(int, example))
    wrong = [one for one in places if not -count <= one < count]
    if wrong or not places:
        raise SettingError(
            f"The {split} split has the examples 0 to {count - 1}. Got {wrong[0] if wrong else 'none'} instead."
        )
    return [one % count for one in places]
