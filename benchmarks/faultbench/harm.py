"""Which planted faults do harm: paired seeds of the faulty training and of its clean twin.

The true score must be worse in a one-sided sign-flip test (p <= 0.05) by half a deviation of the differences or more
(Cohen's d); a report must miss the truth by more than two standard errors on average over the seeds; two runs that
ought to be equal must differ in a bit; a loop must compile more than three programs.
"""

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from benchmarks.faultbench.instances import Instance
from benchmarks.faultbench.training import (
    State,
    Training,
    batches_of,
    outputs_of,
    reported,
    start,
    step_of,
    trained,
    true_score,
)

SEEDS = 6
LEVEL, EFFECT, ERRORS = 0.05, 0.5, 2.0
RECORD = Path(__file__).parent / "harm.json"


def sign_flip(differences: Sequence[float]) -> float:
    """Return the one-sided p-value of differences that are above 0, by flipping all their signs."""
    values = np.asarray(differences, float)
    flips = np.array(list(itertools.product([1.0, -1.0], repeat=len(values))))
    return float(np.mean(flips @ values >= values.sum() - 1e-12))


def of_scores(instance: Instance) -> dict[str, Any]:
    """Return how much worse the true score of the faulty training is."""
    pairs = [(_clean_score(instance, seed), _score(instance.make(seed))) for seed in range(SEEDS)]
    differences = [clean - faulty for clean, faulty in pairs]
    spread = float(np.std(differences, ddof=1))
    effect = float(np.mean(differences)) / max(spread, 1e-12)
    p = sign_flip(differences)
    return {"clean": _mean(pairs, 0), "faulty": _mean(pairs, 1), "p": round(p, 4), "d": round(effect, 2),
            "harm": p <= LEVEL and effect >= EFFECT}  # fmt: skip


def _mean(pairs: Sequence[tuple[float, float]], place: int) -> float:
    return round(float(np.mean([pair[place] for pair in pairs])), 4)


_KNOWN: dict[tuple[str, int], float] = {}


def _score(training: Training) -> float:
    """Return the true score; one that is no number is as bad as can be."""
    score = true_score(training, trained(training))
    return score if np.isfinite(score) else -10.0


def _clean_score(instance: Instance, seed: int) -> float:
    place = (instance.program, seed)
    if place not in _KNOWN:
        _KNOWN[place] = _score(instance.twin(seed))
    return _KNOWN[place]


def of_reports(instance: Instance) -> dict[str, Any]:
    """Return by how many standard errors the reported score misses the true one."""
    gaps = []
    for seed in range(SEEDS):
        training = instance.make(seed)
        state = trained(training)
        said, true = reported(training, state), true_score(training, state)
        gaps.append((said, true, _error(training, state)))
    values = np.array(gaps, float)
    apart = float(np.mean(values[:, 0] - values[:, 1]) / np.sqrt(np.mean(values[:, 2] ** 2)))
    far = float(np.sqrt(np.mean((values[:, 0] - values[:, 1]) ** 2 / values[:, 2] ** 2)))
    return {"reported": round(float(values[:, 0].mean()), 4), "true": round(float(values[:, 1].mean()), 4),
            "errors": round(apart, 2), "distance": round(far, 2),
            "harm": bool(abs(apart) * np.sqrt(SEEDS) > ERRORS and far > 1.0)}  # fmt: skip


def _error(training: Training, state: State) -> float:
    """Return the standard error of the true metric on as many examples as the test split has."""
    outputs = np.asarray(outputs_of(training, state, training.truth.inputs))
    targets = np.asarray(training.truth.targets)
    ones = [float(np.mean(np.asarray(training.judge(outputs[i : i + 25], targets[i : i + 25]))))
            for i in range(0, len(targets) - 24, 25)]  # fmt: skip
    return max(float(np.std(ones, ddof=1)) / np.sqrt(len(training.test) / 25), 1e-6)


def of_bits(instance: Instance) -> dict[str, Any]:
    """Return whether a training that is repeated, or saved and restored half-way, ends elsewhere."""
    training = instance.make(0)
    ends = [_leaves(_interrupted(training, save)) for save in (False, False, True)]
    apart = [max(float(np.max(np.abs(a - b), initial=0.0)) for a, b in zip(ends[0], other, strict=True))
             for other in ends[1:]]  # fmt: skip
    return {"repeated": apart[0], "resumed": apart[1], "harm": max(apart) > 0.0}


def _interrupted(training: Training, saved: bool) -> State:
    step, state = step_of(training), start(training, 0)
    for number, (inputs, targets) in enumerate(itertools.islice(batches_of(training, 0), 10)):
        if saved and number == 5 and training.save is not None and training.restore is not None:
            state = training.restore(training.save(state))
        state, _ = step(state, inputs, targets)
    return state


def _leaves(state: State) -> list[Any]:
    return [np.asarray(leaf, np.float64) for leaf in jax.tree.leaves(state.params)]


def of_cost(instance: Instance) -> dict[str, Any]:
    """Return how many shapes of batches an epoch has, each of which is compiled."""
    shapes = {inputs.shape for inputs, _ in batches_of(instance.make(0), 0)}
    return {"programs": len(shapes), "harm": len(shapes) > 3}


WAYS = {"score": of_scores, "report": of_reports, "bits": of_bits, "cost": of_cost}


def measure(instances: Sequence[Instance], file: Path) -> None:
    """Measure what `file` does not know yet, a line each, and write `harm.json`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    known = {line["name"]: line for line in map(json.loads, file.read_text().splitlines())} if file.exists() else {}
    program = ""
    with file.open("a") as out:
        for one in sorted(instances, key=lambda one: one.program):
            found = known.get(one.name)
            if found is not None and found["planting"] == one.planting:
                continue
            if one.program != program:
                jax.clear_caches()
                _KNOWN.clear()
                program = one.program
            known[one.name] = {"name": one.name, "planting": one.planting, **_measured(one)}
            out.write(json.dumps(known[one.name]) + "\n")
            out.flush()
    write(known)


def write(known: Mapping[str, Mapping[str, Any]]) -> None:
    """Write `harm.json` from the lines by name."""
    record = {name: {k: v for k, v in line.items() if k not in ("name", "planting")} for name, line in known.items()}
    RECORD.write_text(json.dumps(dict(sorted(record.items())), indent=1) + "\n")


def _measured(instance: Instance) -> dict[str, Any]:
    assert instance.fault is not None
    try:
        return WAYS[instance.fault.harms](instance)
    except Exception as error:  # a training that stops with an error hides nothing, and needs no linter
        return {"broken": f"{type(error).__name__}: {error}"[:200], "harm": True}


def harmful() -> dict[str, bool]:
    """Return by name which instances do harm, as it was measured last."""
    return {name: bool(line["harm"]) for name, line in json.loads(RECORD.read_text()).items()}
