"""Does the first advice repair the training? The remedy of the first finding is applied by `piste.fix`, nothing else.

Repaired is a fault whose training then reaches nine tenths of what it had lost against its clean twin, in the true
score, on average over two seeds. Only findings that name a remedy can be followed by a machine.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.faultbench.instances import Instance
from benchmarks.faultbench.pieces import pipeline
from benchmarks.faultbench.score import alarms
from benchmarks.faultbench.training import Training, outputs_of, trained, true_score
from piste.lint.pipeline import Pipeline
from piste.recipe.fixing import fix

SEEDS = 2
REGAINED = 0.9


def first_remedy(line: Mapping[str, Any]) -> str:
    """Return the code of the first alarm, "" where there is none or no machine can follow its advice."""
    first = next(iter(alarms(line)), None)
    return first["code"] if first is not None and first["remedy"] else ""


def followed(training: Training, code: str) -> float:
    """Return the true score after the first advice of rule `code` was followed, and the training done again."""
    asked = replace(training, test=training.truth)  # what a remedy does to inputs, it does to these as well
    cured = fix(pipeline(asked), select=(code,), seconds=600.0).pipeline
    state = _trained(cured, training.epochs)
    outputs = outputs_of(training, state, np.asarray(cured.test.inputs))
    return float(np.mean(np.asarray(training.judge(outputs, np.asarray(cured.test.targets)))))


def _trained(cured: Pipeline, epochs: int) -> Any:
    assert cured.start is not None
    assert cured.step is not None
    assert cured.stream is not None
    state = cured.start(cured.seed)
    for epoch in range(epochs):
        for inputs, targets in cured.stream(epoch):
            state = cured.step(state, inputs, targets)[0]
    return state


def repaired(instance: Instance, code: str) -> dict[str, Any]:
    """Return the scores of clean twin, faulty training and followed advice, and whether that repairs it."""
    scores = []
    for seed in range(SEEDS):
        clean, faulty = instance.twin(seed), instance.make(seed)
        of_each = [true_score(one, trained(one)) for one in (clean, faulty)]
        scores.append([*of_each, followed(faulty, code)])
    clean_score, lost, regained = np.nan_to_num(np.mean(scores, axis=0), nan=-10.0)
    done = bool(regained - lost >= REGAINED * (clean_score - lost) and clean_score > lost)
    return {"clean": float(clean_score), "faulty": float(lost), "followed": float(regained), "repaired": done}


def measure(instances: Sequence[Instance], lines: Mapping[str, Mapping[str, Any]], file: Path) -> str:
    """Return how many faults of the true score the first advice repairs; a line each in `file`."""
    asked = [one for one in instances if one.fault and one.fault.harms == "score" and alarms(lines[one.name])]
    known = {}
    if file.exists():
        known = {line["name"]: line for line in map(json.loads, file.read_text().splitlines())}
    told = []
    with file.open("a") as out:
        for one in asked:
            code = first_remedy(lines[one.name])
            if code and one.name not in known:
                known[one.name] = {"name": one.name, **_tried(one, code)}
                out.write(json.dumps(known[one.name]) + "\n")
                out.flush()
            if code:
                told.append(known[one.name]["repaired"])
    return (
        f"{len(asked)} faults with an alarm; the first advice can be followed by a machine in {len(told)}, "
        f"and repairs {sum(told)} of these"
    )


def _tried(instance: Instance, code: str) -> dict[str, Any]:
    try:
        return repaired(instance, code)
    except Exception as error:
        return {"broken": f"{type(error).__name__}: {error}"[:200], "repaired": False}
