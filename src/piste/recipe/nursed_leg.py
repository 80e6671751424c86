"""One leg of a nursed training: from a place on a branch to a later one, under the same settings."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.errors import RunError
from piste.train.checkpoint import Checkpoints, Position
from piste.train.plan import Carry, handed

BUDGET = 1 << 31  # bytes that the states kept along a branch may take
KEPT = 8  # of them, at most


class Place(NamedTuple):
    """Where a training stands at the end of a validation, with all that it needs to go on."""

    carry: Carry
    position: Position

    @property
    def best(self) -> tuple[float, int]:
        """The lowest validation loss, and after how many validations it was."""
        return float(self.carry.best_loss), int(self.carry.best_round)


Load = Callable[[Carry], Place | None]


class Leg:
    """Stands for the checkpoints of `fit`: says where a leg begins, and holds where it ends.

    A `resting` leg is ended before its first step: it only shows the place. `seen` hears of every call's end, `save`
    is where a training that is broken off is kept.
    """

    def __init__(
        self,
        load: Load,
        *,
        resting: bool = False,
        seen: Callable[[Place], None] = lambda place: None,
        save: Callable[[Place], None] = lambda place: None,
    ) -> None:
        self._load, self._resting, self._seen, self._save = load, resting, seen, save
        self.place: Place | None = None

    @property
    def stood(self) -> Place:
        """Where the training stands now; `fit` asked where it begins before."""
        if self.place is None:
            raise RunError("This leg of the training has not begun.")
        return self.place

    def restore(self, template: Carry) -> tuple[Carry, Position] | None:
        """Return where the leg begins, with nothing that ended the training before; None for the start."""
        place = self._load(template) or Place(template, Position())
        self.place = place
        # A copy, because the program takes what it is given over even where it has nothing to do.
        carry = jax.tree.map(lambda leaf: jnp.array(leaf, copy=True), place.carry)
        return carry._replace(stopped=handed(np.int32(self._resting))), place.position

    def offer(self, carry: Carry, position: Position) -> None:
        """Hold where the training stands: until it goes on, the carry is whole."""
        self.place = Place(carry, position)
        self._seen(self.place)

    def write(self, carry: Carry, position: Position) -> None:
        """Keep where the training stands."""
        self._save(Place(carry, position))


def held(place: Place | None) -> Load:
    """Return what lays `place` out as a template; nothing where there is no place."""

    def load(template: Carry) -> Place | None:
        if place is None:
            return None
        leaves, structure = jax.tree.leaves(place.carry), jax.tree.structure(template)
        return Place(jax.tree.unflatten(structure, leaves), place.position)

    return load


class Store:
    """States that are kept under `folder`, each in a folder of its own: `b1-000000000120`."""

    def __init__(self, folder: Path, training: str, say: Callable[[str], None]) -> None:
        self._folder, self._training, self._say = folder, training, say

    def _path(self, branch: str, step: int) -> Path:
        return self._folder / f"{branch}-{step:012d}"

    def steps(self, branch: str) -> list[int]:
        """Return the steps at which states of `branch` are kept, ascending."""
        return sorted(int(path.name.rpartition("-")[2]) for path in self._folder.glob(f"{branch}-*") if path.is_dir())

    def keep(self, branch: str, place: Place) -> None:
        """Write a state, unless it is there already."""
        path = self._path(branch, place.position.step)
        if any(path.glob("*.safetensors")):
            return
        path.mkdir(parents=True, exist_ok=True)
        Checkpoints(path, self._training).write(place.carry, place.position)

    def load(self, branch: str, step: int) -> Load:
        """Return what reads a state; where it is damaged, that is said, and the training begins at its start."""

        def load(template: Carry) -> Place | None:
            found = Checkpoints(self._path(branch, step), self._training, say=self._say).restore(template)
            if found is None:
                raise RunError(f"What was kept in {self._path(branch, step)} is damaged; delete that folder.")
            return Place(*found)

        return load

    def drop(self, branch: str, step: int) -> None:
        """Delete a state."""
        path = self._path(branch, step)
        for file in path.glob("*"):
            file.unlink()
        path.rmdir()


def most(place: Place) -> int:
    """Return how many states like `place` may be kept along a branch."""
    size = sum(leaf.nbytes for leaf in jax.tree.leaves(place.carry))
    return min(max(BUDGET // max(size, 1), 1), KEPT)


def stride(rounds: int, kept: int) -> int:
    """Return every how many validations a state is kept after `rounds`: a power of two that leaves `kept` at most."""
    every = 1
    while rounds // every > kept:
        every *= 2
    return every
