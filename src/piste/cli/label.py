"""`piste label`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from piste.cli.output import colourful, text_width, write_json
from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run

if TYPE_CHECKING:
    from piste.core.human import HumanRecord
    from piste.core.panels import Panel


def label(
    run: str,
    /,
    *,
    name: Annotated[str, Parameter(name=["--as"])] = "me",
    examples: int = 100,
    again: bool = False,
    page: bool = False,
    browser: Annotated[bool, Parameter(negative="--no-browser")] = True,
    columns: str | None = None,
    result: bool = False,
    runs: Runs = DEFAULT_RUNS,
    json: bool = False,
) -> None:
    """Ask a person about test examples of RUN, to see how good people are beside the network; or compare two columns.

    Rows, texts and sequences are asked about here, pictures on a page in the browser. Neither the label nor the
    network's answer is shown before the end. Each answer is kept at once; the next call goes on where this one stopped.

    Parameters
    ----------
    run
        The run's folder, or its name inside the folder of runs. With --columns: data in any form that `piste train`
        takes.
    name
        Who answers; several people are compared.
    examples
        How many examples are asked about. More may be asked for later.
    again
        Ask once more what was answered already, in another order, to see how far the person agrees with themself.
    page
        Ask on a page in the browser, whatever the examples are.
    browser
        Open the page in the browser, instead of saying its address alone.
    columns
        Two columns of labels, with a comma between: say how far they agree, and what that means for a network.
    result
        Ask nothing; say what came out so far.
    json
        Write what came out as JSON.
    """
    if columns is not None:
        _compare(run, columns, as_json=json)
        return
    from piste.recipe.label import human_baseline

    folder = open_run(run, runs).path
    record = human_baseline(folder) if result else _asked(folder, name, examples, again, page=page, browser=browser)
    _show(record, as_json=json)


def _asked(folder: Path, name: str, examples: int, again: bool, *, page: bool, browser: bool) -> "HumanRecord":
    from piste.recipe.label import asking_of, concluded, opened
    from piste.recipe.labelling import ask_here, ask_on_a_page
    from piste.recipe.questions import shown_of

    run = opened(folder)
    shown = shown_of(run)
    asking = asking_of(run, shown, name=name, examples=examples, again=again)
    if shown.pictures or page:
        ask_on_a_page(asking, sys.stderr, browser=browser)
    else:
        ask_here(asking, sys.stdin, sys.stderr)
    return concluded(run, shown.describe)


def _show(record: "HumanRecord", *, as_json: bool) -> None:
    from piste.core.panels import Panel, Text
    from piste.report.panels.human import human

    if as_json:
        write_json(record)
    else:
        _write(Panel("human", "Against people", human(record) or (Text(record.verdict),)))


def _compare(data: str, columns: str, *, as_json: bool) -> None:
    from piste.recipe.label import compare_labels
    from piste.report.panels import columns as panels

    record = compare_labels(data, columns)
    if as_json:
        write_json(record)
    else:
        _write(panels.columns(record))


def _write(panel: "Panel") -> None:
    from piste.report import text

    sys.stdout.write(text((panel,), colour=colourful(), width=text_width()))
