"""The human baseline as verbs: ask a person about the test examples of a run, judge, compare two columns of labels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from piste.core.errors import DataError, PisteError, RunError, SettingError
from piste.core.human import ANSWERS, HUMAN, HumanAnswer, HumanRecord, LabelsCompared
from piste.core.records import Status
from piste.core.runs import RunFolder
from piste.data import sources
from piste.data.naming import find_columns
from piste.data.settings import DataSettings
from piste.human.asking import Asking, Question, drawn_order
from piste.human.columns import compared
from piste.human.judge import Describe, baseline
from piste.human.known import latest
from piste.recipe.questions import Shown, shown_of
from piste.recipe.run import Run
from piste.recipe.said import known_of
from piste.report import write_report

EXAMPLES = 100
NAME = "me"

Answer = Callable[[Question], Any]
"""Takes an example as it is shown; gives a class, a list of labels, or a number, or None where it cannot say."""


def label(
    run: Run | Path | str,
    answer: Answer,
    data: Any = None,
    *,
    name: str = NAME,
    examples: int = EXAMPLES,
    again: bool = False,
) -> HumanRecord:
    """Ask `answer` about test examples of `run`, keep what it says, and return the human baseline.

    Examples come in a random order that the run's seed fixes; those that `name` answered before are not asked again.
    On a terminal or a page, `piste label RUN` asks.

    Parameters
    ----------
    run
        A finished run, or its folder.
    answer
        Is called with one `Question` after another: what a person would see, without the label and without the
        network's answer. Gives a class, a list of labels, a number, or None where it cannot say.
    data
        The data of the training, needed again only where they came from Python.
    name
        Who answers.
    examples
        After this many there are no more questions; more may be asked for later.
    again
        Whether to ask once more what `name` answered already, to see how far a person agrees with themself.

    Raises
    ------
    RunError
        For a run that is not finished, or data that are not its own.
    PisteError
        For an answer that is none of those asked for.

    Examples
    --------
    >>> run = piste.train("iris", epochs=3, quiet=True)
    >>> def by_width(question):
    ...     return "setosa" if float(question.values["petal width (cm)"]) < 0.8 else "virginica"
    >>> record = piste.label(run, by_width, name="petals", examples=20)
    >>> record.labellers[0].name, record.labellers[0].rows
    ('petals', 20)
    """
    folder = opened(run)
    shown = shown_of(folder, data)
    asking = asking_of(folder, shown, name=name, examples=examples, again=again)
    while not asking.ended:
        asking.answer(asking.form.heard(answer(asking.question)))
    return concluded(folder, shown.describe)


def human_baseline(run: Run | Path | str, data: Any = None) -> HumanRecord:
    """Return the human baseline of `run` from the answers kept in its folder, and write it into its report.

    `data` are needed only to show the examples of data that came from Python. Raises `RunError` for a run that is not
    finished, or that nobody has labelled.
    """
    folder = opened(run)
    if not folder.lines(HumanAnswer, ANSWERS):
        raise RunError(f"Nobody has answered about {folder.path} yet; `piste label {folder.path}` asks you.")
    try:
        describe = shown_of(folder, data).describe
    except PisteError:  # the data may be gone: the numbers stand without them
        describe = _undescribed
    return concluded(folder, describe)


def compare_labels(data: Any, columns: str | tuple[str, str], *, seed: int = 0) -> LabelsCompared:
    """Return how far two columns of labels in `data` agree, and what that says about a network judged by one of them.

    Parameters
    ----------
    data
        A table in any form that `piste.train` takes.
    columns
        Two columns by name or position, as a pair or with a comma between.
    seed
        Seed of the resamples for the intervals.

    Raises
    ------
    DataError
        For a column that is not there, or holds no labels, and where no row has both.

    Examples
    --------
    >>> found = piste.compare_labels({"ann": ["a", "b", "b", "a"], "bob": ["a", "b", "a", "a"]}, ("ann", "bob"))
    >>> found.reached.value, found.differing
    (0.75, 1)
    """
    table = sources.read_table(data, DataSettings(), labelled=False)
    parts = (columns,) if isinstance(columns, str) else columns
    names = tuple(name for part in parts for name in find_columns(part, tuple(table.columns), "columns"))
    if len(names) != 2:
        raise DataError(
            f"Two columns are compared, as in --columns first,second. Got {len(names)}: {', '.join(names)}."
        )
    return compared(table, (names[0], names[1]), seed)


def opened(run: Run | Path | str) -> RunFolder:
    """Return the folder of a finished run; raises `RunError` for another."""
    folder = run.folder if isinstance(run, Run) else RunFolder.open(run)
    status = folder.record.status
    if status is not Status.FINISHED:
        raise RunError(f"The run {folder.path} is {status}, so there is no network to stand beside; finish it first.")
    return folder


def asking_of(folder: RunFolder, shown: Shown, *, name: str, examples: int, again: bool) -> Asking:
    """Return the pass in which `name` is asked; raises `SettingError` where there is nothing to ask."""
    if not name.strip() or len(name) > 60:
        raise SettingError(f"The name of who answers must have 1 to 60 characters. Got {name!r}.")
    if examples < 1:
        raise SettingError(f"At least one example must be asked about. Got --examples {examples}.")
    seed = folder.record.seed
    order = drawn_order(shown.rows, seed, again=False)[:examples]
    if again:
        before = latest(folder.lines(HumanAnswer, ANSWERS), name)
        rows = tuple(sorted(row for row, one in before.items() if not one.skipped and row in set(shown.rows)))
        if not rows:
            raise SettingError(f"{name!r} has no answers to compare with yet; label without --again first.")
        order = drawn_order(rows, seed, again=True)[:examples]
    return Asking(folder, name, shown.form, order, shown.question, again=again)


def concluded(folder: RunFolder, describe: Describe) -> HumanRecord:
    """Write what follows from the answers into the run folder and its report, and return it."""
    known = known_of(folder)
    record = baseline(known, folder.lines(HumanAnswer, ANSWERS), folder.record.seed, describe)
    folder.write(record, HUMAN)
    write_report(folder)
    return record


def _undescribed(row: int) -> tuple[dict[str, str], str]:
    return {}, ""
