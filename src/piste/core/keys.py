"""Named random keys: every draw anywhere in Piste comes from `(seed, name, ...)` and from nothing else.

A key is derived by hashing, not by splitting in sequence, so adding a new consumer never changes the draws
of the others, and a resumed run finds the same key without replaying what came before.
"""

import hashlib

import numpy as np


def seed_of(seed: int, *names: str | int) -> int:
    """Return the 63-bit integer seed that belongs to `names` under `seed` (SHA-256, first 8 bytes)."""
    text = "/".join([str(seed), *map(str, names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """Return a NumPy generator (PCG64) for the named draw."""
    return np.random.Generator(np.random.PCG64(seed_of(seed, *names)))
