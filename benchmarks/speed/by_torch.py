"""PyTorch, eager on the CPU: tuned by hand, as most people write it, and as the authors of MNIST-1D wrote it."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.speed.entry import Entry
from benchmarks.speed.problem import CLASSES, Data, Net, Problem, Rows

JUDGED = 256  # test rows per forward pass, as Piste's

Pair = tuple[Tensor, Tensor]


def tuned(problem: Problem) -> Entry:
    """Return the fastest loop known: tensors on hand, shuffled once an epoch, one fused update, nothing fetched."""

    def train(model: nn.Module, train: Pair, test: Pair, epochs: int) -> None:
        # oneDNN is fastest where the channels lie last, as in the arrays given.
        channels_last(model)
        optimiser = torch.optim.Adam(model.parameters(), problem.learning_rate, fused=True)
        inputs, labels = train
        for _ in range(epochs):
            order = torch.randperm(len(labels))
            shuffled = inputs[order], labels[order]
            for batch, classes in zip(*(rows.split(problem.batch_size) for rows in shuffled), strict=True):
                optimiser.zero_grad(set_to_none=True)
                functional.cross_entropy(model(batch), classes).backward()
                optimiser.step()
            judge(model, test)

    return _entry(problem, train)


def loader(problem: Problem) -> Entry:
    """Return the loop of the tutorials: a DataLoader, the plain optimiser, the loss fetched in every step."""

    def train(model: nn.Module, train: Pair, test: Pair, epochs: int) -> None:
        optimiser = torch.optim.Adam(model.parameters(), problem.learning_rate)
        criterion = nn.CrossEntropyLoss()
        batches = DataLoader(TensorDataset(*(rows.contiguous() for rows in train)), problem.batch_size, shuffle=True)
        for _ in range(epochs):
            total = 0.0
            for batch, classes in batches:
                optimiser.zero_grad()
                loss = criterion(model(batch), classes)
                loss.backward()
                optimiser.step()
                total += loss.item()
            judge(model, test)

    return _entry(problem, train)


def authors(problem: Problem) -> Entry:
    """Return the loop of Greydanus & Kobak (2024): slices in the order of the file, the loss fetched in every step."""

    def train(model: nn.Module, train: Pair, test: Pair, epochs: int) -> None:
        optimiser = torch.optim.Adam(model.parameters(), problem.learning_rate)
        criterion = nn.CrossEntropyLoss()
        inputs, labels = train
        losses = []
        for _ in range(epochs):
            for start in range(0, len(labels), problem.batch_size):
                rows = slice(start, start + problem.batch_size)
                loss = criterion(model(inputs[rows]), labels[rows])
                losses.append(loss.item())
                loss.backward()
                optimiser.step()
                optimiser.zero_grad()
            judge(model, test)

    return _entry(problem, train)


def _entry(
    problem: Problem,
    train: Callable[[nn.Module, Pair, Pair, int], None],
) -> Entry:
    data = problem.rows

    def trained(epochs: int) -> nn.Module:
        torch.manual_seed(0)
        model = module(problem.net, data)
        train(model, tensors(data.train), tensors(data.test), epochs)
        return model

    return Entry(trained, lambda model: judge(model, tensors(data.test))[1], parameters(module(problem.net, data)))


def channels_last(model: nn.Module) -> None:
    """Store the weights of two-dimensional convolutions with the channels last."""
    for weight in model.parameters():
        if weight.ndim == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)


def parameters(model: nn.Module) -> int:
    """Return the number of learned values."""
    return sum(values.numel() for values in model.parameters())


def tensors(rows: Rows) -> Pair:
    """Return the rows without a copy, pictures as (B, C, H, W) whose channels lie last in memory."""
    inputs = torch.from_numpy(rows.inputs)
    return inputs.permute(0, 3, 1, 2) if inputs.ndim == 4 else inputs, torch.from_numpy(rows.labels).long()


def judge(model: nn.Module, rows: Pair) -> tuple[float, float]:
    """Return the mean loss and the accuracy on `rows`."""
    model.eval()
    loss, right = torch.zeros(()), torch.zeros(())
    with torch.no_grad():
        for batch, classes in zip(*(part.split(JUDGED) for part in rows), strict=True):
            outputs = model(batch)
            loss += functional.cross_entropy(outputs, classes, reduction="sum")
            right += (outputs.argmax(1) == classes).sum()
    model.train()
    return loss.item() / len(rows[1]), right.item() / len(rows[1])


def module(net: Net, data: Data) -> nn.Module:
    """Return the network in PyTorch's modules."""
    model = BUILD[net.kind](net, data.train.inputs.shape[1:])
    for layer in model.modules():
        if isinstance(layer, nn.Linear | nn.Conv1d | nn.Conv2d):
            _draw(layer, net)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


def _draw(layer: nn.Linear | nn.Conv1d | nn.Conv2d, net: Net) -> None:
    if net.kind != "resnet18":
        nn.init.xavier_uniform_(layer.weight)
    elif isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, std=0.1 / math.sqrt(layer.in_features))
    else:
        nn.init.kaiming_normal_(layer.weight)


def _dense(net: Net, shape: tuple[int, ...]) -> nn.Module:
    widths = (*shape, *net.widths)
    hidden = [part for pair in zip(widths, net.widths, strict=False) for part in (nn.Linear(*pair), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(widths[-1], CLASSES))


class Added(nn.Module):
    """`x + body(x)`, with a way round that changes the shape where one is needed."""

    def __init__(self, body: nn.Module, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut or nn.Identity()

    def forward(self, inputs: Tensor) -> Tensor:
        return self.body(inputs) + self.shortcut(inputs)


def _residual(net: Net, shape: tuple[int, ...]) -> nn.Module:
    first, *others = net.widths
    blocks = [Added(nn.Sequential(nn.Linear(first, width), nn.ReLU())) for width in others]
    return nn.Sequential(nn.Linear(shape[0], first), nn.ReLU(), *blocks, nn.Linear(first, CLASSES))


def _conv1d(net: Net, shape: tuple[int, ...]) -> nn.Module:
    layers: list[nn.Module] = [nn.Unflatten(1, (1, shape[0]))]
    before = 1
    for width, size in zip(net.widths, (5, 3, 3), strict=True):
        layers += [nn.Conv1d(before, width, size, stride=2, padding=1), nn.ReLU()]
        before = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(5 * before, CLASSES))


class Recurrent(nn.Module):
    """A bidirectional GRU whose states at all steps are read out."""

    def __init__(self, units: int, steps: int) -> None:
        super().__init__()
        self.gru = nn.GRU(1, units, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * units * steps, CLASSES)

    def forward(self, inputs: Tensor) -> Tensor:
        states, _ = self.gru(inputs[:, :, None])
        return self.head(states.flatten(1))


def _gru(net: Net, shape: tuple[int, ...]) -> nn.Module:
    return Recurrent(net.widths[0], shape[0])


def _cnn(net: Net, shape: tuple[int, ...]) -> nn.Module:
    layers: list[nn.Module] = []
    side, before = shape[0], shape[-1]
    for index, width in enumerate(net.widths):
        layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
        before = width
        if net.pools or index == len(net.widths) - 1:
            layers.append(nn.MaxPool2d(2))
            side //= 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(side * side * before, CLASSES))


def _resnet18(net: Net, shape: tuple[int, ...]) -> nn.Module:
    def convolved(before: int, after: int, size: int, stride: int) -> list[nn.Module]:
        return [nn.Conv2d(before, after, size, stride, size // 2, bias=False), nn.BatchNorm2d(after)]

    before = net.widths[0]
    layers: list[nn.Module] = [*convolved(shape[-1], before, 3, 1), nn.ReLU()]
    for stage, width in enumerate(net.widths):
        for block in range(2):
            stride = 2 if stage and not block else 1
            body = [*convolved(before, width, 3, stride), nn.ReLU(), *convolved(width, width, 3, 1)]
            shortcut = nn.Sequential(*convolved(before, width, 1, stride)) if before != width else None
            layers += [Added(nn.Sequential(*body), shortcut), nn.ReLU()]
            before = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, CLASSES))


BUILD: dict[str, Callable[[Net, Any], nn.Module]] = {
    "dense": _dense,
    "residual": _residual,
    "conv1d": _conv1d,
    "gru": _gru,
    "cnn": _cnn,
    "resnet18": _resnet18,
}
