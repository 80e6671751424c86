"""Where the network is wrong: which classes it takes for which, and the examples that it gets most wrong."""

import numpy as np

from piste.core.records import Task
from piste.core.views_inside import MistakesRecord
from piste.evaluate import Predictions, confusion, residuals, worst
from piste.recipe.examples import describer
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_subject import Subject

TRAIN = "The network learnt from these examples: one that it still gets badly wrong is often labelled wrong."


def mistakes(subject: Subject, options: ViewOptions) -> tuple[MistakesRecord, tuple[str, ...]]:
    """Return the confusion or the errors of a split, and its most wrong examples, at most 12."""
    split, encoding, dataset = options.split or "test", subject.encoding, subject.dataset
    truth = np.asarray(subject.splits.truth[split])
    outputs = subject.network.predict(subject.examples(split).inputs)
    names = encoding.target_names
    told = Predictions(encoding.task, encoding.classes or names, truth, np.asarray(outputs, np.float64), names)
    rows = dataset.rows[split]
    wrong = 0
    if encoding.task is not Task.REGRESSION:
        wrong = int(np.sum((told.chosen != truth).reshape(len(truth), -1).any(axis=1)))
    record = MistakesRecord(
        split,
        len(truth),
        wrong,
        ", ".join(names),
        encoding.classes,
        confusion(told),
        residuals(told, subject.settings.data.seed),
        worst(told, dataset.origin[rows], describer(dataset, rows)),
    )
    return record, (TRAIN,) if split == "train" else ()
