"""Two runs beside each other: what differs, where they part, and which is better on the test examples."""

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from piste.core.compare import Agreement, ComparisonRecord, Difference
from piste.core.drift import ComparedScore
from piste.core.records import DataRecord, RunRecord, Task
from piste.evaluate import Predictions, chosen
from piste.evaluate.drift.scores import compare_scores, same_examples
from piste.recipe.predict import opened
from piste.recipe.progress import Listener, listener
from piste.recipe.reference import test_predictions
from piste.recipe.run import Run
from piste.recipe.view_compared import Comparison, shown
from piste.recipe.view_parting import parting_of
from piste.recipe.view_subject import Subject
from piste.report.compare import write_comparison
from piste.train.compiler import configure_jax

_UNSAID = ("checkpoint", "minutes")  # settings that leave the network as it is


def compare(
    first: Run | Path | str,
    second: Run | Path | str,
    *,
    data: Any = None,
    again: bool | None = None,
    keep: bool = False,
    quiet: bool = True,
) -> Comparison:
    """Compare two finished runs: settings, data, versions, curves, scores, answers, and the step where they part.

    Parameters
    ----------
    first, second
        The runs, or their folders.
    data
        The data of the training, where they came from Python.
    again
        Whether both are trained again with their seeds to find the first step after which a parameter differs. When
        left out, that is done where each took less than a minute and both are of the same data and network.
    keep
        Whether the record and its page are written into the second run's folder, as `compare-<first>.json` and `.html`.
    quiet
        Whether nothing is said while it works.

    Returns
    -------
    The record: differences, parting, scores with intervals, paired where both have the same test examples, verdict. It
    shows itself in a notebook; `text()`, `html()` and `write(path)` show it elsewhere.

    Raises
    ------
    DataError
        For a run that is not finished.
    RunError
        For damaged records, or data that are needed and not there.
    """
    return shown(compare_with(opened(first), opened(second), data, again, keep, listener(quiet)))


def compare_with(
    first: Run, second: Run, data: Any, again: bool | None, keep: bool, hear: Listener
) -> ComparisonRecord:
    """Do what `compare` does with runs that are open."""
    configure_jax()
    pair = (Subject(first, data, hear), Subject(second, data, hear))
    differences = (
        *_settings(first.record, second.record),
        *_of_data(first.data, second.data),
        *_versions(first.record, second.record),
    )
    told = [test_predictions(run.folder, run.network.encoding) for run in (first, second)]
    comparable = _comparable(*told)
    paired = comparable and same_examples(*told)
    scores = compare_scores(told[0], told[1], first.record.seed) if comparable else ()
    agreement = _agreement(*told) if paired else None
    parting, notes = parting_of(pair, again)
    main = first.evaluation.main
    record = ComparisonRecord(
        str(first.path),
        str(second.path),
        (first.path.name, second.path.name),
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        differences,
        parting,
        scores,
        main,
        paired,
        agreement,
        (first.epochs, second.epochs),
        _verdict(scores, main, paired, comparable),
        notes,
    )
    if keep:
        write_comparison(second.folder, record)
    return record


def _settings(first: RunRecord, second: RunRecord) -> list[Difference]:
    reasons = [{choice.setting: choice for choice in run.choices} for run in (first, second)]
    found = []
    for section in dict.fromkeys((*first.settings, *second.settings)):
        one, other = (run.settings.get(section) or {} for run in (first, second))
        for name in dict.fromkeys((*one, *other)):
            if name in _UNSAID or one.get(name) == other.get(name):
                continue
            why = [f"{chosen.origin}" for chosen in (by.get(name) for by in reasons) if chosen is not None]
            note = " / ".join(why) if len(set(why)) > 1 else "".join(why[:1])
            found.append(Difference("setting", name, _shown(one.get(name)), _shown(other.get(name)), note))
    return found


def _of_data(first: DataRecord, second: DataRecord) -> list[Difference]:
    pairs = {
        "content (fingerprint)": (first.fingerprint[:12], second.fingerprint[:12]),
        "rows": (f"{first.rows:,}", f"{second.rows:,}"),
        "target": (", ".join(first.target.names), ", ".join(second.target.names)),
        "classes": (str(len(first.target.classes)), str(len(second.target.classes))),
        "features used": tuple(str(sum(one.used for one in data.features)) for data in (first, second)),
        "split": tuple(f"{data.split.method} {_sizes(data)}" for data in (first, second)),
    }
    return [Difference("data", name, one, other) for name, (one, other) in pairs.items() if one != other]


def _sizes(data: DataRecord) -> str:
    return "/".join(f"{size:,}" for size in data.split.sizes.values())


def _versions(first: RunRecord, second: RunRecord) -> list[Difference]:
    found = [
        Difference("version", name, first.versions.get(name, "not there"), second.versions.get(name, "not there"))
        for name in dict.fromkeys((*first.versions, *second.versions))
        if first.versions.get(name) != second.versions.get(name)
    ]
    if first.device != second.device:
        found.append(Difference("device", "device", first.device, second.device))
    one, other = first.environment or {}, second.environment or {}
    changed = [name for name in dict.fromkeys((*one, *other)) if one.get(name) != other.get(name)]
    return [*found, *(Difference("environment", name, one.get(name, ""), other.get(name, "")) for name in changed)]


def _shown(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _comparable(first: Predictions, second: Predictions) -> bool:
    return first.task is second.task and first.classes == second.classes and first.names == second.names


def _agreement(first: Predictions, second: Predictions) -> Agreement:
    answers = [_answers(one) for one in (first, second)]
    same = int(np.sum(np.all(np.isclose(answers[0], answers[1], rtol=1e-6), axis=1)))
    if first.task is Task.REGRESSION:
        return Agreement(first.rows, 0, 0, 0, 0, same, float("nan"))
    truth = np.asarray(first.truth).reshape(first.rows, -1)
    right = [np.all(one == truth, axis=1) for one in answers]
    alone = int(np.sum(right[0] & ~right[1])), int(np.sum(right[1] & ~right[0]))
    chance = float(binomtest(alone[0], sum(alone)).pvalue) if sum(alone) else 1.0
    both, neither = int(np.sum(right[0] & right[1])), int(np.sum(~right[0] & ~right[1]))
    return Agreement(first.rows, both, *alone, neither, same, chance)


def _answers(one: Predictions) -> NDArray[Any]:
    said = one.outputs if one.task is Task.REGRESSION else chosen(one.task, one.outputs)
    return np.asarray(said).reshape(one.rows, -1)


def _verdict(scores: tuple[ComparedScore, ...], main: str, paired: bool, comparable: bool) -> str:
    if not comparable:
        return "The two predict different things, so that their scores cannot be compared."
    decides = next((score for score in scores if score.before.name == main), None)
    if decides is None:
        return f"The score that decides the first run, {main}, is not defined on both."
    sides = f"{decides.before.value:.4g} and {decides.now.value:.4g}"
    change = f"The difference is {decides.change:+.3g}, 99 % interval {decides.low:.3g} to {decides.high:.3g}"
    on = "on the same test examples" if paired else "on different test examples"
    which = {"better": "The second run is better", "worse": "The first run is better"}.get(
        decides.verdict, "Neither run is surely better"
    )
    return f"{which}: {main} {sides} {on}. {change} (positive: the second is better)."
