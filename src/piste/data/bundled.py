"""Data sets by name: five that come with scikit-learn, and three that are fetched when first asked for."""

import os
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from piste.core.errors import DataError
from piste.data.arrays import Part, table_of_arrays
from piste.data.columns import RawTable
from piste.data.download import Remote, cache_folder, fetch
from piste.data.idx import idx_pairs, read_idx_folder
from piste.data.reading import Wanted

_FASHION = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
_CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

_MNIST_ADDRESSES = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_FASHION_ADDRESSES = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)

ReadPath = Callable[[Path, Wanted], RawTable]


@dataclass(frozen=True)
class Fetched:
    """A data set on the network; `folders` are its names under PISTE_DATA, the first of which also names its cache."""

    folders: tuple[str, ...]
    files: tuple[Remote, ...]
    class_names: tuple[str, ...] = ()


def _idx_files(addresses: tuple[str, ...], sums: Mapping[str, str]) -> tuple[Remote, ...]:
    return tuple(Remote(f"{name}-ubyte.gz", sha256, addresses) for name, sha256 in sums.items())


FETCHED = {
    "mnist": Fetched(
        ("mnist",),
        _idx_files(
            _MNIST_ADDRESSES,
            {
                "train-images-idx3": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                "train-labels-idx1": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                "t10k-images-idx3": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                "t10k-labels-idx1": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            },
        ),
    ),
    "fashion-mnist": Fetched(
        ("fashion-mnist",),
        _idx_files(
            _FASHION_ADDRESSES,
            {
                "train-images-idx3": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                "train-labels-idx1": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                "t10k-images-idx3": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                "t10k-labels-idx1": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            },
        ),
        _FASHION,
    ),
    "cifar10": Fetched(
        ("cifar10", "cifar10-jpeg"),
        (
            Remote(
                "cifar-10-binary.tar.gz",
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                ("https://www.cs.toronto.edu/~kriz/",),
            ),
        ),
        _CIFAR10,
    ),
}


def read_bundled(name: str, wanted: Wanted, read_path: ReadPath) -> RawTable:
    """Return the data set called `name`, one of `NAMES`. A folder under PISTE_DATA, read by `read_path`, comes first.

    Raises `DataError` when it has to be fetched and cannot be.
    """
    if name in _FROM_SCIKIT_LEARN:
        return _FROM_SCIKIT_LEARN[name](wanted)
    chosen = FETCHED[name]
    local = _local_folder(chosen)
    if local is not None:
        table = read_path(local, wanted)
        note = f"{name} was read from {local}, where PISTE_DATA points."
        class_names = table.class_names or chosen.class_names
        return replace(table, name=name, class_names=class_names, notes=(note, *table.notes))
    folder = cache_folder() / chosen.folders[0]
    paths = [fetch(remote, folder) for remote in chosen.files]
    if name == "cifar10":
        table = read_cifar_archive(paths[0], wanted)
    else:
        table = read_idx_folder(folder, idx_pairs(folder), wanted)
    return replace(table, name=name, class_names=chosen.class_names)


def read_cifar_archive(path: Path, wanted: Wanted) -> RawTable:
    """Return CIFAR-10 from its binary archive: records of one label byte, then 32x32 red, green and blue bytes."""
    batches: dict[str, list[bytes]] = {"train": [], "test": []}
    with tarfile.open(path, "r:gz") as archive:
        for member in sorted(archive.getmembers(), key=lambda one: one.name):
            file = archive.extractfile(member) if member.name.endswith(".bin") else None
            if file is not None:
                batches["test" if "test" in member.name else "train"].append(file.read())
    parts = []
    for split, contents in batches.items():
        records = np.frombuffer(b"".join(contents), np.uint8).reshape(-1, 1 + 3 * 32 * 32)
        pictures = np.ascontiguousarray(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
        parts.append(Part(split, pictures, records[:, 0]))
    return table_of_arrays("cifar10", str(path), parts, wanted, _CIFAR10)


def _local_folder(chosen: Fetched) -> Path | None:
    root = os.environ.get("PISTE_DATA")
    if not root:
        return None
    return next((path for name in chosen.folders if (path := Path(root) / name).is_dir()), None)


def _digits(wanted: Wanted) -> RawTable:
    from sklearn.datasets import load_digits

    data = load_digits()
    pixels = (data.images * (255 / 16)).round().astype(np.uint8)  # the set counts 17 shades of grey, 0 to 16
    return table_of_arrays("digits", "digits (scikit-learn)", [Part("train", pixels, data.target)], wanted)


def _flowers(wanted: Wanted) -> RawTable:
    from sklearn.datasets import load_iris

    return _from_scikit_learn("iris", load_iris(), "species", classes=True)


def _wine(wanted: Wanted) -> RawTable:
    from sklearn.datasets import load_wine

    return _from_scikit_learn("wine", load_wine(), "cultivar", classes=True)


def _breast_cancer(wanted: Wanted) -> RawTable:
    from sklearn.datasets import load_breast_cancer

    return _from_scikit_learn("breast-cancer", load_breast_cancer(), "diagnosis", classes=True)


def _diabetes(wanted: Wanted) -> RawTable:
    from sklearn.datasets import load_diabetes

    return _from_scikit_learn("diabetes", load_diabetes(scaled=False), "progression", classes=False)


def _from_scikit_learn(name: str, data: "Mapping[str, np.ndarray]", target: str, classes: bool) -> RawTable:
    values = {str(one): data["data"][:, index] for index, one in enumerate(data["feature_names"])}
    if not np.issubdtype(data["target"].dtype, np.integer) and classes:
        raise DataError(
            f"The installed scikit-learn gives {name} without whole class numbers; another version is needed."
        )
    column = data["target"].astype(np.int64 if classes else np.float64)
    return RawTable(
        name=name,
        source=f"{name} (scikit-learn)",
        rows=len(column),
        columns={**values, target: column},
        target=target,
        class_names=tuple(map(str, data["target_names"])) if classes else (),
    )


_FROM_SCIKIT_LEARN: dict[str, Callable[[Wanted], RawTable]] = {
    "digits": _digits,
    "iris": _flowers,
    "wine": _wine,
    "breast-cancer": _breast_cancer,
    "diabetes": _diabetes,
}

NAMES = (*_FROM_SCIKIT_LEARN, *FETCHED)
