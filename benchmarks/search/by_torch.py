"""One trial in PyTorch: tensors on hand, one fused update, nothing fetched but the accuracy of each epoch."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.search.trial import CLASSES, Race


class Recurrent(nn.Module):
    """A GRU in both directions, all steps' states to the output."""

    def __init__(self, units: int, steps: int) -> None:
        super().__init__()
        self.gru = nn.GRU(1, units, batch_first=True, bidirectional=True)
        self.output = nn.Linear(2 * units * steps, CLASSES)

    def forward(self, rows: Tensor) -> Tensor:
        """Return the logits of rows (B, T)."""
        return self.output(self.gru(rows[:, :, None])[0].flatten(1))


def network(race: Race, settings: Mapping[str, Any]) -> nn.Module:
    """Return the untrained network of a trial."""
    features = race.train.inputs.shape[1]
    if race.kind == "gru":
        return started(Recurrent(6, features))
    if race.kind == "cnn":
        convolutions = [nn.Conv1d(1, 25, 5, 2, 1), nn.Conv1d(25, 25, 3, 2, 1), nn.Conv1d(25, 25, 3, 2, 1)]
        pairs = [layer for convolution in convolutions for layer in (convolution, nn.ReLU())]
        return started(nn.Sequential(nn.Unflatten(1, (1, features)), *pairs, nn.Flatten(), nn.Linear(125, CLASSES)))
    width, rate = int(settings["width"]), float(settings.get("dropout", 0.0))
    layers: list[nn.Module] = []
    for first in (features, width):
        layers += [nn.Linear(first, width), nn.ReLU(), nn.Dropout(rate)]
    return nn.Sequential(*layers, nn.Linear(width, CLASSES))


def started(model: nn.Module) -> nn.Module:
    """Return `model` with weights drawn as Piste's: Glorot uniform, recurrent ones orthogonal by gate, biases zero."""
    for name, weight in model.named_parameters():
        if weight.ndim == 1:
            nn.init.zeros_(weight)
            continue
        draw = nn.init.orthogonal_ if "_hh_" in name else nn.init.xavier_uniform_
        for gate in weight.data.chunk(3 if name.startswith("gru.") else 1):
            draw(gate)
    return model


def trained(race: Race, settings: Mapping[str, Any], seed: int = 0) -> float:
    """Return the best validation accuracy of a trial over its epochs."""
    return max(epochs(race, settings, seed))


def epochs(race: Race, settings: Mapping[str, Any], seed: int) -> Iterator[float]:
    """Train a trial, and yield its validation accuracy after each epoch."""
    torch.set_num_threads(1)  # a second one costs networks this small more than it gives
    torch.manual_seed(seed)
    model = network(race, settings)
    betas = (float(settings.get("momentum", 0.9)), 0.999)
    optimiser = torch.optim.AdamW(
        model.parameters(), settings["learning_rate"], betas, weight_decay=settings["weight_decay"], fused=True
    )
    inputs, classes = torch.from_numpy(race.train.inputs), torch.from_numpy(race.train.classes)
    held, truth = torch.from_numpy(race.validation.inputs), torch.from_numpy(race.validation.classes)
    batches = len(classes) // race.batch_size
    for _ in range(race.epochs):
        model.train()
        order = torch.randperm(len(classes))[: batches * race.batch_size]
        for rows in order.split(race.batch_size):
            optimiser.zero_grad(set_to_none=True)
            functional.cross_entropy(model(inputs[rows]), classes[rows]).backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            yield float((model(held).argmax(1) == truth).float().mean())
