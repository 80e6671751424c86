"""`piste lens`."""

import sys
from typing import Literal

from piste.cli.output import console, write_json
from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run
from piste.core.errors import SettingError


def lens(
    run: str,
    /,
    *,
    runs: Runs = DEFAULT_RUNS,
    example: list[int] | None = None,
    split: str = "test",
    node: str = "",
    chain: str = "",
    check: str = "",
    training: bool = False,
    precision: Literal["as given", "float64"] = "as given",
    data: str | None = None,
    page: bool = False,
    json: bool = False,
) -> None:
    """Look into the network of RUN on one example: every value in it, and every gradient that reaches it.

    Parameters
    ----------
    run
        The run's folder, or its name inside the folder of runs.
    example
        Place of the example in its split, from 0; given several times, a batch.
    split
        train, validation or test.
    node
        Show one node alone, or those of one layer, with where their gradients come from.
    chain
        Spell out the chain rule for one weight: "01_dense.weight[3, 2]".
    check
        Compare the gradient of one node with differences of the loss in float64.
    training
        Compute as in training, with dropout and the batch's own statistics.
    precision
        "as given", which is what the training computed with, or float64, which leaves next to no rounding.
    data
        The data of the training, where they are no longer where they were.
    page
        Write the page lens.html into the run's folder.
    json
        Write the numbers as JSON, and nothing else.
    """
    if sum(map(bool, (node, chain, check, page))) > 1:
        raise SettingError("Only one of --node, --chain, --check and --page can be had at a time.")
    folder = open_run(run, runs)
    from piste.recipe.lens_run import look_at_run
    from piste.recipe.lens_shown import Asked, shown, write_page
    from piste.recipe.run import Run
    from piste.train.compiler import configure_jax

    configure_jax()
    seen = look_at_run(Run(folder), example, split, training, data, "all", quiet=json, precision=precision)
    record, text = shown(seen, Asked(node, chain, check))
    written = write_page(folder, seen.graph) if page else ""
    if json:
        write_json(record)
        return
    sys.stdout.write(text)
    if written:
        console().print(written, markup=False)
