"""The lens as a verb: look into any function, or into the network of a run on some of its examples."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from piste.core.errors import SettingError
from piste.lens.lens import Lens
from piste.lens.look import GIVEN, look
from piste.recipe.lens_run import look_at_run
from piste.recipe.run import Run
from piste.train.compiler import configure_jax


def lens(
    subject: Any,
    *arguments: Any,
    keep: str | Iterable[str] = "all",
    example: int | Iterable[int] | None = None,
    split: str = "test",
    training: bool = False,
    data: Any = None,
    title: str = "",
    precision: str = GIVEN,
    quiet: bool = True,
) -> Lens:
    """Return the lens on a loss: its computational graph, with every value and every gradient in it.

    `lens(function, parameters, *data)` looks at any function that JAX can trace and that gives one number;
    `lens(run, example=3)` at the loss of a run's network on examples of its data.

    Parameters
    ----------
    subject
        A function, or a finished run (or its folder).
    arguments
        For a function, its arguments: the weights first, in any nesting, then what else it takes.
    keep
        "all" values and gradients; "update", what the update of the weights needs and no more; or names of nodes and
        layers. What is dropped is computed again when it is asked for.
    example
        For a run: the place of an example in its split, from 0, or several places: a batch. The first by default.
    split
        For a run: "train", "validation" or "test".
    training
        For a run: whether it computes as in training, with dropout and the batch's own statistics.
    data
        For a run: the data of the training, where they came from Python.
    title
        What the graph is called; the function's or the run's name by default.
    precision
        "as given", which is what a training computes with, or "float64": the same graph, weights and data widened.
    quiet
        Whether nothing is said while data are read.

    Raises
    ------
    SettingError
        For a function that does not give one floating-point number, and names and examples that there are not.
    RunError, DataError
        For a run that is unfinished, or whose data have changed.

    Examples
    --------
    >>> seen = piste.lens(lambda w: w**2 - 10 * w + 25, 0.5)
    >>> seen.loss, float(seen.gradient("w"))
    (20.25, -9.0)
    """
    configure_jax()
    if isinstance(subject, Run | Path | str):
        if arguments:
            raise SettingError("A run takes no further arguments; name examples with example=3.")
        return look_at_run(subject, example, split, training, data, keep, quiet, title, precision)
    if not callable(subject):
        raise SettingError(f"The lens looks at a function or a run. Got {type(subject).__name__} instead.")
    if not arguments:
        raise SettingError("A function needs its weights: piste.lens(function, parameters, *data).")
    if example is not None or training or data is not None:
        raise SettingError("example, training and data are for a run; a function takes its data after its weights.")
    return look(subject, *arguments, keep=keep, title=title, precision=precision)
