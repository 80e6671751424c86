"""Does the first advice repair the training? The remedy of the first finding is applied by `piste.fix`, nothing else.

The training is handed in as it is; where the remedy says that it cannot reach into a step, stream or evaluation of the
person's own, it is handed in once more without these, and trained by Piste's plain step and stream of the same network,
loss, optimiser and data. Then it is trained again. Repaired is a fault whose training then regains nine tenths of what
it had lost against its clean twin, in the true score, on average over two seeds. A fault without an alarm, or whose
first finding has no remedy that can be applied, is not repaired.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from benchmarks.faultbench.harm import harmful
from benchmarks.faultbench.instances import Instance
from benchmarks.faultbench.pieces import pipeline
from benchmarks.faultbench.score import alarms, wilson
from benchmarks.faultbench.training import Training, trained, true_score
from benchmarks.faultbench.watching import watched
from piste.core.fixes import Effect
from piste.core.keys import generator
from piste.lint.pipeline import Pipeline
from piste.lint.remedies.composed import with_step, with_stream
from piste.recipe.fixing import Fixed, fix

SEEDS = 2
REGAINED = 0.9
OWN_LOOP = (
    "start", "step", "parameters_of", "with_parameters", "stream", "evaluate", "save", "restore", "predict",
    "watched", "trained", "reported",
)  # fmt: skip
DIVIDES_ANEW = ("class-split", "group-split", "time-split")


def sample(instances: Iterable[Instance]) -> list[Instance]:
    """Return one instance of each kind of fault that harms the true score, drawn by a named key."""
    kinds: dict[str, list[Instance]] = {}
    for one in instances:
        if one.fault is not None and one.fault.harms == "score":
            kinds.setdefault(one.fault.name, []).append(one)
    return [ones[int(generator(0, "faultbench", "advice", name).integers(len(ones)))] for name, ones in kinds.items()]


def cured(training: Training, code: str, key: str) -> tuple[Fixed | None, str, bool]:
    """Return what `piste.fix` makes of `training` by the remedy of a finding, its name, and whether it did so
    to the unseen examples as well.

    What a remedy does to the inputs of the test split, it does to examples that nobody has seen, which stand in its
    place; not where it divides the examples anew, or changes labels that the unseen ones have right already.
    """
    fixed, name = _cured(replace(training, test=training.truth), code, key)
    if fixed is not None and name not in DIVIDES_ANEW:
        return fixed, name, True
    return *_cured(training, code, key), False


def _cured(training: Training, code: str, key: str) -> tuple[Fixed | None, str]:
    whole = pipeline(training, *(watched(training) if training.own_step else ()))
    plain: dict[str, Any] = dict.fromkeys(OWN_LOOP)
    for given in (whole, replace(whole, **plain)):
        fixed = fix(given, select=(code,), seconds=600.0)
        made = [one for one in fixed.fixes if one.code == code and one.effect is not Effect.LEFT]
        made.sort(key=lambda one: one.key != key)  # another seed may have the same rule name it otherwise
        if made:
            return fixed, made[0].remedy
    return None, ""


def followed(training: Training, planned: int, code: str, key: str) -> tuple[float, str]:
    """Return the true score after the first advice was followed and the training done again, and the remedy's name.

    A stop that was mended lets it go on for the `planned` epochs.
    """
    fixed, name, along = cured(training, code, key)
    if fixed is None:
        return float("nan"), ""
    again = fixed.pipeline
    again = with_step(again) if again.step is None else again
    again = with_stream(again) if again.stream is None else again
    longer = (again.steps or training.steps) // max(training.steps, 1)
    epochs = planned if name == "usual-stop" else training.epochs * max(longer, 1)
    state = _trained(again, epochs)
    unseen = again.test if along else training.truth
    assert again.predict is not None
    outputs = again.predict(state, np.asarray(unseen.inputs))
    rows = np.searchsorted(training.truth.numbers, unseen.numbers)  # some may have been left out
    return float(np.mean(np.asarray(training.judge(outputs, np.asarray(training.truth.targets)[rows])))), name


def _trained(again: Pipeline, epochs: int) -> Any:
    assert again.start is not None
    assert again.step is not None
    assert again.stream is not None
    state = again.start(again.seed)
    for epoch in range(epochs):
        for inputs, targets in again.stream(epoch):
            state = again.step(state, inputs, targets)[0]
    return state


def repaired(instance: Instance, code: str, key: str) -> dict[str, Any]:
    """Return the scores of clean twin, faulty training and followed advice, and whether that repairs it."""
    scores, name = [], ""
    for seed in range(SEEDS):
        clean, faulty = instance.twin(seed), instance.make(seed)
        regained, name = followed(faulty, clean.epochs, code, key)
        if not name:
            return {"remedy": "", "repaired": False}
        scores.append([*(true_score(one, trained(one)) for one in (clean, faulty)), regained])
    clean_score, lost, regained = np.nan_to_num(np.mean(scores, axis=0), nan=-10.0)
    return {
        "remedy": name, "clean": float(clean_score), "faulty": float(lost), "followed": float(regained),
        "repaired": bool(regained - lost >= REGAINED * (clean_score - lost) and clean_score > lost),
    }  # fmt: skip


def measure(instances: Sequence[Instance], lines: Mapping[str, Mapping[str, Any]], file: Path) -> str:
    """Return how many of these faults the first advice repairs; a line each in `file`, which is gone on with."""
    known = {}
    if file.exists():
        known = {line["name"]: line for line in map(json.loads, file.read_text().splitlines())}
    with file.open("a") as out:
        for one in instances:
            if one.name not in known:
                jax.clear_caches()
                known[one.name] = {"name": one.name, **_tried(one, lines[one.name])}
                out.write(json.dumps(known[one.name]) + "\n")
                out.flush()
    return told([known[one.name] for one in instances])


def _tried(instance: Instance, line: Mapping[str, Any]) -> dict[str, Any]:
    first = next(iter(alarms(line)), None)
    if first is None:
        return {"code": "", "remedy": "", "repaired": False}
    try:
        return {"code": first["code"], **repaired(instance, first["code"], first["key"])}
    except Exception as error:
        return {"code": first["code"], "broken": f"{type(error).__name__}: {error}"[:200], "repaired": False}


def told(every: Sequence[Mapping[str, Any]]) -> str:
    """Return the shares of what was repaired, and a line for each fault that was not.

    Where the fault took nothing from the true score, here or by `harm.json`, there was nothing to repair.
    """
    harm = harmful()
    known = [
        one for one in every if harm.get(one["name"], True) and ("clean" not in one or one["faulty"] < one["clean"])
    ]
    applied = [one for one in known if one.get("remedy")]
    done = sum(one["repaired"] for one in known)
    low, high = wilson(done, len(known))
    rows = "\n".join(
        f"{one['name']:55} {one['code']:5} {one.get('remedy') or one.get('broken', 'no remedy')[:60]:18} "
        + " ".join(f"{what} {one[what]:.3f}" for what in ("clean", "faulty", "followed") if what in one)
        for one in known
        if not one["repaired"]
    )
    return (
        f"{done} of {len(known)} faults are repaired: {done / max(len(known), 1):.1%} [{low:.1%}, {high:.1%}]; "
        f"a remedy could be applied to {len(applied)}; {len(every) - len(known)} more did no harm\n\n"
        f"### Not repaired\n\n{rows}"
    )
