"""Sequences as small pictures: the steps from left to right, a line for each channel."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

WIDTH, HEIGHT, MARGIN = 240, 96, 4  # pixels
_FINER = 3  # drawn so many times larger and made small again, so that lines are smooth
_COLOURS = ((46, 92, 168), (200, 90, 40), (60, 140, 80), (140, 80, 160), (120, 120, 120))


def limits_of(*sequences: NDArray[np.floating]) -> tuple[float, float]:
    """Return the smallest and the largest number in `sequences` (T, C); 0 and 1 where there is none."""
    known = np.concatenate([one[~np.isnan(one)].ravel() for one in sequences])
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)


def drawn(sequence: NDArray[np.floating], low: float, high: float) -> NDArray[np.uint8]:
    """Return a picture uint8 (HEIGHT, WIDTH, 3) of `sequence` (T, C) from `low` to `high`; NaN leaves a gap.

    The fourth channel and those after it have one colour.
    """
    steps = len(sequence)
    image = Image.new("RGB", (WIDTH * _FINER, HEIGHT * _FINER), "white")
    pen = ImageDraw.Draw(image)
    across = MARGIN + (WIDTH - 2 * MARGIN) * np.arange(steps) / max(steps - 1, 1)
    reach = high - low if high > low else 1.0
    for channel, values in reversed(list(enumerate(np.asarray(sequence, np.float64).T))):
        down = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (values - low) / reach
        colour = _COLOURS[min(channel, len(_COLOURS) - 1)]
        for points in _pieces(across, down):
            if len(points) > 1:
                pen.line(points, fill=colour, width=2 * _FINER, joint="curve")
            else:
                (x, y) = points[0]
                pen.ellipse((x - _FINER, y - _FINER, x + _FINER, y + _FINER), fill=colour)
    return np.asarray(image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), np.uint8)


def _pieces(across: NDArray[np.float64], down: NDArray[np.float64]) -> list[list[tuple[float, float]]]:
    """Return the runs of points without a gap, in the finer pixels."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(across.tolist(), down.tolist(), strict=True):
        if y != y:
            pieces.append([])
        else:
            pieces[-1].append((x * _FINER, y * _FINER))
    return [piece for piece in pieces if piece]
