"""Five of a hundred MNIST labels are changed: which of them are found, by us and by cleanlab on the same scores?"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NOISE = 0.05
PEER = Path(__file__).parent / "by_cleanlab.py"


class Found(NamedTuple):
    """Labels said to be wrong: how many of those are, and how many of the wrong ones are among them."""

    who: str
    named: int
    precision: float
    recall: float
    first: float  # precision among as many of the likeliest as are wrong

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-12)


def noisy(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.bool_]]:
    """Return MNIST's 60,000 train pictures, their labels of which 5 % are another class by chance, and which."""
    from piste.data.settings import DataSettings
    from piste.data.sources import read_table

    table = read_table("mnist", DataSettings())
    rows = np.sort(table.splits["train"]) if "train" in table.splits else np.arange(60_000)
    labels = np.asarray(table.columns["label"])[rows].astype(np.int64)
    draws = np.random.default_rng(seed)
    wrong = draws.random(len(labels)) < NOISE
    given = np.where(wrong, (labels + draws.integers(1, 10, len(labels))) % 10, labels)
    return np.asarray(table.columns["image"])[rows], given, wrong


def compare(python: str | None, seed: int) -> list[Found]:
    """Return what rule D109 and, with a `python` that has cleanlab, that finds from the same probabilities."""
    from piste.lint.bench import Bench
    from piste.lint.probes.quick import told
    from piste.lint.rules.data.wrong_labels import check, suspects
    from piste.recipe.judged import pipeline_of
    from piste.recipe.progress import Silent
    from piste.recipe.settings import from_keywords

    pictures, given, wrong = noisy(seed)
    pipeline = pipeline_of((pictures, given), from_keywords({}, "the benchmark"), {}, Silent())
    bench = Bench(pipeline)
    view = bench.probe(told)
    severity = next((one.severity for one in check(bench)), "nothing said")
    truly = wrong[pipeline.train.numbers[view.rows]]
    ours = suspects(view).places
    found = [_judged(f"Piste, D109 ({severity})", ours, truly)]
    if python is None:
        return found
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.npz"
        np.savez(path, labels=view.known, shares=view.shares)
        answer = subprocess.run([python, str(PEER), str(path)], stdout=subprocess.PIPE, check=True, text=True)
    theirs: dict[str, list[int]] = json.loads(answer.stdout)
    return found + [_judged(f"cleanlab, {name}", np.array(places, np.int64), truly) for name, places in theirs.items()]


def _judged(who: str, places: NDArray[np.int64], truly: NDArray[np.bool_]) -> Found:
    right, many = truly[places], int(truly.sum())
    return Found(
        who,
        len(places),
        float(right.mean()) if len(places) else 0.0,
        float(right.sum() / many),
        float(right[:many].sum() / many),
    )


def main() -> None:
    """Print the table for one seed."""
    python = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CLEANLAB_PYTHON")
    for one in compare(python, 0):
        sys.stdout.write(f"{one} {one.f1:.4f}\n")


if __name__ == "__main__":
    main()
