"""scikit-learn's network. It judges no test rows between epochs, which is in its favour."""

import itertools
import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.speed.entry import Entry
from benchmarks.speed.problem import CLASSES, Problem


def mlp(problem: Problem) -> Entry:
    """Return the contestant; it runs all epochs, with no penalty and no early stopping."""
    train, test = problem.rows
    widths = (train.inputs.shape[1], *problem.net.widths, CLASSES)

    def trained(epochs: int) -> MLPClassifier:
        model = MLPClassifier(
            problem.net.widths,
            alpha=0.0,
            batch_size=problem.batch_size,
            learning_rate_init=problem.learning_rate,
            max_iter=epochs,
            n_iter_no_change=epochs + 1,
            random_state=0,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it is meant to end with the epochs
            return model.fit(*train)

    count = sum((before + 1) * after for before, after in itertools.pairwise(widths))
    return Entry(trained, lambda model: float(model.score(*test)), count)
