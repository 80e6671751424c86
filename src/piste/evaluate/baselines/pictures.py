"""Pictures as rows of numbers: brightness in [0, 1], averaged over square blocks where there are too many pixels."""

import numpy as np
from numpy.typing import NDArray

CHUNK = 2**22  # bytes of pictures averaged at one time


def pooled(pictures: NDArray[np.uint8], most: int) -> NDArray[np.float32]:
    """Return `pictures` (B, height, width, channels) uint8 as float32 (B, F), F at most `most` where possible.

    The blocks are as small as that allows; those at the lower and right edge may be smaller.
    """
    rows, height, width, channels = pictures.shape
    side = _side(height, width, channels, most)
    size = -(-height // side) * -(-width // side) * channels
    result = np.empty((rows, size), dtype=np.float32)
    step = max(1, CHUNK // max(height * width * channels, 1))
    for start in range(0, rows, step):
        part = pictures[start : start + step]
        result[start : start + step] = _averaged(part, side).reshape(len(part), size)
    return result


def _side(height: int, width: int, channels: int, most: int) -> int:
    side = 1
    while -(-height // side) * -(-width // side) * channels > most and side < max(height, width):
        side += 1
    return side


def _averaged(pictures: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    if side == 1:
        return np.asarray(pictures / np.float32(255), dtype=np.float32)
    height, width = pictures.shape[1:3]
    tops, lefts = np.arange(0, height, side), np.arange(0, width, side)
    sums = np.add.reduceat(np.add.reduceat(pictures, tops, axis=1, dtype=np.uint32), lefts, axis=2, dtype=np.uint32)
    pixels = np.outer(np.diff(tops, append=height), np.diff(lefts, append=width))[None, :, :, None]
    return np.asarray(sums / (255 * pixels), dtype=np.float32)
