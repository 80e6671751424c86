"""Checkpoints: everything a training needs to go on as if it had never stopped.

A checkpoint is one safetensors file with the carry's arrays, and in its header where the training stood, what it
belongs to and a SHA-256 over all of that. Random keys, the order of the examples and the rates are functions of seed
and step, so the position stands for them. Two checkpoints are kept, so that a damaged one has one before it.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import jax
import jax.numpy as jnp
import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from piste.core.errors import RunError
from piste.core.records import EpochRecord, decode
from piste.core.runs import write_bytes
from piste.core.watched import Look
from piste.train.plan import Carry

KEPT = 2
_PATTERN = "*.safetensors"
Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Position:
    """Where a training stands: steps done, seconds so far, the records of the validations, and the looks."""

    step: int = 0
    seconds: float = 0.0
    records: tuple[EpochRecord, ...] = ()
    looks: tuple[Look, ...] = ()


class Keeper(Protocol):
    """What `fit` asks where to begin, and shows where it stands: the carry is whole until the training goes on."""

    def restore(self, template: Carry) -> tuple[Carry, Position] | None:
        """Return where to begin, laid out as `template`; None for the beginning."""

    def offer(self, carry: Carry, position: Position) -> None:
        """See where the training stands after a call of the program."""

    def write(self, carry: Carry, position: Position) -> None:
        """Keep where the training stands, because it is being broken off."""


class Checkpoints:
    """The checkpoints of one training, in `folder`.

    `training` names what is trained, data and settings included: a checkpoint of another training is refused with
    a `RunError`. One is written at most every `seconds`. `say` hears of damaged ones.
    """

    def __init__(
        self, folder: Path, training: str, seconds: float = 30.0, say: Callable[[str], None] = lambda sentence: None
    ) -> None:
        self._folder, self._training, self._seconds, self._say = folder, training, seconds, say
        self._last = time.monotonic()

    def restore(self, template: Carry) -> tuple[Carry, Position] | None:
        """Return the newest whole checkpoint, its arrays laid out as `template`; None where there is none."""
        for path in sorted(self._folder.glob(_PATTERN), reverse=True):
            try:
                arrays, metadata = _read(path)
            except (SafetensorError, OSError, ValueError) as error:
                self._say(f"The checkpoint {path} is damaged ({error}); the one before it is used.")
                continue
            if metadata["training"] != self._training:
                raise RunError(f"The checkpoint {path} belongs to another training: its data or settings differ.")
            leaves, structure = jax.tree.flatten(template)
            # What an earlier version did not keep yet stands last, and begins here as it does in a new training.
            names = [_name(index) for index in range(len(leaves))]
            restored = [
                jnp.asarray(arrays[name]) if name in arrays else leaf for name, leaf in zip(names, leaves, strict=True)
            ]
            return jax.tree.unflatten(structure, restored), decode(metadata["position"], Position)
        return None

    def offer(self, carry: Carry, position: Position) -> None:
        """Write a checkpoint when the last one is old enough."""
        if time.monotonic() - self._last >= self._seconds:
            self.write(carry, position)

    def write(self, carry: Carry, position: Position) -> None:
        """Write a checkpoint now. Raises `RunError` where that fails; those written before stay whole."""
        arrays = {_name(index): np.asarray(leaf) for index, leaf in enumerate(jax.tree.leaves(carry))}
        metadata = {"training": self._training, "position": msgspec.json.encode(position).decode()}
        metadata["sha256"] = _digest(arrays, metadata)
        self._folder.mkdir(exist_ok=True)
        name = f"step-{position.step:012d}.safetensors"
        write_bytes(self._folder / name, save(arrays, metadata))
        for old in sorted(self._folder.glob(_PATTERN))[:-KEPT]:
            old.unlink()
        self._last = time.monotonic()


def _name(index: int) -> str:
    return f"{index:04d}"


def _read(path: Path) -> tuple[Arrays, Mapping[str, str]]:
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata() or {}
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (a file is no mapping)
    if not {"training", "position", "sha256"} <= set(metadata):
        raise ValueError("its header lacks what a checkpoint has")
    if _digest(arrays, metadata) != metadata["sha256"]:
        raise ValueError("its checksum does not fit its content")
    return arrays, metadata


def _digest(arrays: Arrays, metadata: Mapping[str, str]) -> str:
    digest = hashlib.sha256(f"{metadata['training']}\n{metadata['position']}\n".encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
