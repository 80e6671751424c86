"""What a contest is about: data, network, and how it is trained. Every contestant builds the same from it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from piste.data.idx import read_idx_array

CLASSES = 10

Kind = Literal["dense", "residual", "conv1d", "gru", "cnn", "resnet18"]


@dataclass(frozen=True)
class Net:
    """A network of ten classes; weights start Glorot uniform, biases at zero, a ResNet's as `zoo.resnet` draws them.

    dense: hidden layers of `widths` with ReLU. residual: as dense, each layer after the first added to its inputs.
    conv1d: convolutions over steps, of sizes 5, 3, 3 and stride 2. gru: one bidirectional layer, all steps read out.
    cnn: 3x3 convolutions with ReLU, the maps halved after each where `pools`, else once at the end.
    resnet18: stages of `widths` maps, with the first convolution for small pictures.
    """

    kind: Kind
    widths: tuple[int, ...] = ()
    pools: bool = True


class Rows(NamedTuple):
    """float32 inputs (B, ...), channels last, and int32 classes (B,)."""

    inputs: NDArray[np.float32]
    labels: NDArray[np.int32]


class Data(NamedTuple):
    """The train rows are whole batches, since not everybody can leave an incomplete one out."""

    train: Rows
    test: Rows


@dataclass(frozen=True)
class Problem:
    """`data` is the name of a data set here. The test rows are judged after every epoch, loss and accuracy.

    `train_rows` and `test_rows` cut the data set; 0 takes all.
    """

    data: str
    net: Net
    batch_size: int
    epochs: int
    learning_rate: float = 1e-3  # constant, of Adam
    train_rows: int = 0
    test_rows: int = 0

    @property
    def rows(self) -> Data:
        """The data; the train rows that do not fill a batch are left out."""
        train, test = DATA[self.data]()
        count = self.train_rows or len(train.labels)
        count -= count % self.batch_size
        return Data(_first(train, count), _first(test, self.test_rows or len(test.labels)))

    @property
    def steps(self) -> int:
        """Updates of one epoch."""
        return len(self.rows.train.labels) // self.batch_size


def _first(rows: Rows, count: int) -> Rows:
    return Rows(rows.inputs[:count], rows.labels[:count])


def folder() -> Path:
    """Return the folder of real data sets."""
    return Path(os.environ.get("PISTE_DATA", "."))


@cache
def digits() -> Data:
    """8x8 pictures of digits as 64 numbers of 0..1; every fifth is for testing."""
    inputs, labels = load_digits(return_X_y=True)
    test = np.arange(len(labels)) % 5 == 0
    return Data(_rows(inputs[~test] / 16, labels[~test]), _rows(inputs[test] / 16, labels[test]))


@cache
def mnist() -> Data:
    """MNIST as (28, 28, 1) pictures of 0..1."""
    return Data(*(_idx(folder() / "mnist", name) for name in ("train", "t10k")))


def flat_mnist() -> Data:
    """MNIST as 784 numbers."""
    return Data(*(Rows(part.inputs.reshape(len(part.labels), -1), part.labels) for part in mnist()))


def colour_mnist() -> Data:
    """MNIST as (32, 32, 3) pictures, grey in three channels: the size of CIFAR-10, and learned in a few steps."""
    edges = ((0, 0), (2, 2), (2, 2), (0, 0))
    # Cut before it is made: all of it would be 740 MB.
    cut = [_first(part, 6400) for part in mnist()]
    return Data(*(Rows(np.repeat(np.pad(part.inputs, edges), 3, axis=3), part.labels) for part in cut))


@cache
def mnist1d() -> Data:
    """MNIST-1D: 4000 and 1000 rows of 40 numbers."""
    with np.load(folder() / "mnist1d/mnist1d.npz") as file:
        return Data(_rows(file["x"], file["y"]), _rows(file["x_test"], file["y_test"]))


def _idx(where: Path, name: str) -> Rows:
    pictures = read_idx_array(where / f"{name}-images-idx3-ubyte.gz").astype(np.float32)
    return _rows(pictures[..., None] / 255, read_idx_array(where / f"{name}-labels-idx1-ubyte.gz"))


def _rows(inputs: NDArray[Any], labels: NDArray[Any]) -> Rows:
    return Rows(np.ascontiguousarray(inputs, np.float32), np.ascontiguousarray(labels, np.int32))


DATA: dict[str, Callable[[], Data]] = {
    "digits": digits,
    "mnist": mnist,
    "flat-mnist": flat_mnist,
    "colour-mnist": colour_mnist,
    "mnist1d": mnist1d,
}
