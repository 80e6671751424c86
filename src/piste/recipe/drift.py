"""New data beside those of the training: do they still look alike, and how does the network do on them?"""

import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.drift import DriftRecord, DriftTest
from piste.core.errors import DataError
from piste.core.records import Kind, Task
from piste.data.resembling import Resembling, resembling
from piste.data.sources import fingerprint
from piste.data.traits import traits_of
from piste.evaluate import Predictions, chosen
from piste.evaluate.drift.answers import TARGET_FLOOR, estimated_shares, outputs_moved, target_moved
from piste.evaluate.drift.scores import compare_scores, same_examples
from piste.evaluate.drift.single import FLOOR, counts_moved
from piste.evaluate.drift.together import FLOOR as AREA_FLOOR
from piste.evaluate.drift.together import told_apart
from piste.evaluate.drift.traits import Candidate, candidates_of, settled
from piste.evaluate.drift.verdict import verdict
from piste.recipe.command import command_line
from piste.recipe.network import Network
from piste.recipe.predict import network_on, opened, settings_of
from piste.recipe.reference import Reference, read_reference, test_predictions
from piste.recipe.run import Run
from piste.report.drift import write_drift
from piste.train.compiler import configure_jax


def drift(run: Run | Path | str, data: Any, *, devices: int | None = None, keep: bool = True) -> DriftRecord:
    """Say whether `data` still look like those that the network of `run` was trained on, and how it does on them.

    Parameters
    ----------
    run
        A finished run, or its folder.
    data
        New data in any form that `piste.train` takes. With the target, the network is scored on them.
    devices
        Devices among which the examples are divided: all accelerators when left out, or one CPU.
    keep
        Whether the record and its page are written into the run's folder, as `drift-<time>-<name>`.

    Returns
    -------
    The record: `fit` and `verdict`, what changed in form, each column, the tests of the whole, the scores then and now.
    `alarm` says that there is something to act on.

    Raises
    ------
    DataError
        For data that cannot be read, or are empty.
    RunError
        For a run that keeps no reference, which those of early versions do not.
    SettingError
        Where there are fewer devices.
    """
    configure_jax()
    run = opened(run)
    reference, network = read_reference(run.folder), network_on(run, devices)
    seen = resembling(data, network.encoding, settings_of(run))
    if not seen.table.rows:
        raise DataError(f"{seen.table.source} has no rows to compare.")
    then = test_predictions(run.folder, network.encoding)
    now = _answers(network, seen)
    seed = run.record.seed
    found = settled(
        [
            *_of_traits(reference, seen),
            *_together(reference, seen, seed),
            *_of_outputs(then, now.outputs),
            *_of_target(run, then, now.judged),
        ]
    )
    found = replace(found, schema=(*seen.changes, *found.schema))
    scores = compare_scores(then, now.judged, seed) if now.judged else ()
    fit, sentence = verdict(found, scores, run.evaluation.main)
    record = DriftRecord(
        run=str(run.path),
        source=seen.table.source,
        rows=seen.table.rows,
        reference=reference.record.kept,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        fit=fit,
        verdict=sentence,
        command=_again(run, data),
        main=run.evaluation.main,
        paired=bool(now.judged and same_examples(then, now.judged)),
        schema=found.schema,
        traits=found.traits,
        tests=found.tests,
        scores=scores,
        notes=(*seen.notes, *_same_data(run, seen)),
    )
    if keep:
        write_drift(run.folder, record, _name(record, seen))
    return record


def _name(record: DriftRecord, seen: Resembling) -> str:
    stamp = re.sub(r"[-:Z]", "", record.created).replace("T", "-")
    return f"drift-{stamp}-{re.sub(r'[^A-Za-z0-9_-]+', '-', seen.table.name).strip('-').lower()[:60] or 'data'}"


def _again(run: Run, data: Any) -> str:
    """Return the command that trains on the new data with the settings that were given for the old ones."""
    return command_line(data, tuple(choice for choice in run.record.choices if choice.setting != "test"))


def _same_data(run: Run, seen: Resembling) -> tuple[str, ...]:
    if fingerprint(seen.table) != run.data.fingerprint:
        return ()
    return ("These are the data of the training: that they look alike says nothing, and the scores flatter.",)


@dataclass(frozen=True)
class _Answers:
    """What the network says: outputs (B, C), None where it cannot be asked; `judged` beside the truth, where known."""

    outputs: NDArray[np.float64] | None
    judged: Predictions | None


def _answers(network: Network, seen: Resembling) -> _Answers:
    if not seen.complete:
        return _Answers(None, None)
    encoding = network.encoding
    outputs = network.predict(encoding.inputs([seen.columns[wanted.name] for wanted in encoding.columns]))
    if seen.values is None or not len(seen.values):
        return _Answers(outputs, None)
    judged = Predictions(encoding.task, encoding.classes, seen.values, outputs[seen.labelled], encoding.target_names)
    return _Answers(outputs, judged)


def _of_traits(reference: Reference, seen: Resembling) -> list[Candidate]:
    return [
        candidate for kept, before, now in _pairs(reference, seen) for candidate in candidates_of(kept, before, now)
    ]


def _pairs(reference: Reference, seen: Resembling) -> list[tuple[Any, NDArray[Any], NDArray[Any]]]:
    now = {trait.name: trait.values for trait in traits_of(seen.columns.values())}
    return [
        (kept, before, now[kept.name])
        for kept, before in zip(reference.record.traits, reference.values, strict=True)
        if kept.name in now
    ]


def _together(reference: Reference, seen: Resembling, seed: int) -> list[Candidate]:
    # Later rows have later dates, by which anything could be told apart.
    pairs = [pair for pair in _pairs(reference, seen) if pair[0].kind is not Kind.DATE]
    told = told_apart([before for _, before, _ in pairs], [now for _, _, now in pairs], seed) if pairs else None
    if told is None:
        return []
    by = ", ".join(f"'{pairs[place][0].name}'" for place in told.by)
    said = DriftTest(
        "all columns together",
        "a forest that tells new rows from old, on rows it was not fitted to (classifier two-sample test)",
        "area under the curve",
        told.area,
        AREA_FLOOR,
        1.0,
        drifted=False,
        note=f"told apart most by {by}",
    )
    return [Candidate(said, told.chance, told.area >= AREA_FLOOR)]


def _of_outputs(then: Predictions, outputs: NDArray[np.float64] | None) -> list[Candidate]:
    if outputs is None:
        return []
    moved = outputs_moved(then.outputs, outputs)
    said = DriftTest(
        "the network's answers",
        "Kolmogorov-Smirnov on each output, beside those for the test split (black box shift detection)",
        "share of the examples that moved",
        moved.share,
        FLOOR,
        1.0,
        drifted=False,
        note=_answers_note(then, outputs),
    )
    return [Candidate(said, moved.chance, moved.share >= FLOOR)]


def _answers_note(then: Predictions, outputs: NDArray[np.float64]) -> str:
    if then.task is Task.REGRESSION:
        return f"mean {then.outputs[:, 0].mean():.4g}, now {outputs[:, 0].mean():.4g}"
    if then.task is Task.MULTI_LABEL:
        return ""
    size = len(then.classes)
    before, now = (np.bincount(chosen(then.task, one), minlength=size) / len(one) for one in (then.outputs, outputs))
    most = int(np.argmax(np.abs(now - before)))
    estimated = estimated_shares(then, outputs)
    end = ""
    if estimated is not None:
        end = f"; if nothing but the shares of the classes changed, {estimated[most]:.1%} are it"
    return f"'{then.classes[most]}' answered for {before[most]:.1%} of the examples, now for {now[most]:.1%}{end}"


def _of_target(run: Run, then: Predictions, judged: Predictions | None) -> list[Candidate]:
    if judged is None:
        return []
    counts = [np.array(one, np.float64) for one in run.data.target.counts.values()]
    if then.task in (Task.TWO_CLASS, Task.MANY_CLASS):
        before = np.sum(counts, axis=0)
        after = np.bincount(judged.truth, minlength=len(before)).astype(np.float64)
        moved, note = (
            counts_moved(before, after),
            _shares_note(then.classes, before / before.sum(), after / after.sum()),
        )
    else:
        moved, note = target_moved(then.truth, judged.truth, then.task), _target_note(then, judged)
    said = DriftTest(
        "the target (label shift)",
        "Kolmogorov-Smirnov" if then.task is Task.REGRESSION else "chi-squared of the counts of classes",
        "share of the examples that moved",
        moved.share,
        TARGET_FLOOR,
        1.0,
        drifted=False,
        note=note,
    )
    return [Candidate(said, moved.chance, moved.share >= TARGET_FLOOR)]


def _target_note(then: Predictions, now: Predictions) -> str:
    if then.task is Task.REGRESSION:
        return f"mean {then.truth[:, 0].mean():.4g}, now {now.truth[:, 0].mean():.4g}"
    before, after = (np.asarray(one.truth, np.float64).mean(axis=0) for one in (then, now))
    return _shares_note(then.names, before, after)


def _shares_note(names: tuple[str, ...], before: NDArray[np.float64], after: NDArray[np.float64]) -> str:
    most = int(np.argmax(np.abs(after - before)))
    return f"'{names[most]}' {before[most]:.1%}, now {after[most]:.1%}"
