"""skorch: PyTorch behind scikit-learn's interface, silent."""

import numpy as np
import torch
from skorch import NeuralNetClassifier
from skorch.dataset import Dataset
from skorch.helper import predefined_split

from benchmarks.speed import by_torch
from benchmarks.speed.entry import Entry
from benchmarks.speed.problem import Problem


def classifier(problem: Problem) -> Entry:
    """Return the contestant."""
    data = problem.rows
    inputs, labels = data.train.inputs, data.train.labels.astype(np.int64)
    test_inputs, test_labels = data.test.inputs, data.test.labels.astype(np.int64)

    def trained(epochs: int) -> NeuralNetClassifier:
        torch.manual_seed(0)
        model = NeuralNetClassifier(
            by_torch.module(problem.net, data),
            criterion=torch.nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            lr=problem.learning_rate,
            batch_size=problem.batch_size,
            iterator_valid__batch_size=by_torch.JUDGED,
            iterator_train__shuffle=True,
            max_epochs=epochs,
            train_split=predefined_split(Dataset(test_inputs, test_labels)),
            verbose=0,
        )
        return model.fit(inputs, labels)

    count = by_torch.parameters(by_torch.module(problem.net, data))
    return Entry(trained, lambda model: float(model.score(test_inputs, test_labels)), count)
