"""What a trial made of each validation example, as a short text that goes wherever the trial's record goes.

It is `TrialRecord.examples`: for the losses, and for what each example adds to the watched metric (nothing where the
metric is no mean over examples), the largest value and the base64 of float16 shares of it. Sixteen bits err by one
part in two thousand for one example, and by far less in their mean.
"""

import base64
import math

import numpy as np
from numpy.typing import NDArray

MOST = 2_000  # values a trial keeps of each kind, ten kilobytes; of more examples the means of neighbours are kept
_TOP = 2.0**15  # what the largest value becomes: the middle of the range of float16 is the most exact


def packed(losses: NDArray[np.floating], each: NDArray[np.floating] | None = None) -> str:
    """Return the text for the losses (B,) of B validation examples, and what `each` adds to the metric (B,).

    It is empty where a value is not finite: such a trial is never the best.
    """
    rows = [np.asarray(row, np.float64) for row in ([losses] if each is None else [losses, each])]
    return ";".join(map(_text, rows)) if all(np.isfinite(row).all() for row in rows) else ""


def unpacked(text: str) -> NDArray[np.float64] | None:
    """Return the rows (1 or 2, B), or None where `text` is empty or none that `packed` made."""
    try:
        return np.stack([_row(part) for part in text.split(";")])
    except ValueError:
        return None


def _text(values: NDArray[np.float64]) -> str:
    kept = _fewer(values)
    largest = float(np.abs(kept).max(initial=0.0)) or 1.0
    return f"{largest!r}:{base64.b64encode((kept * (_TOP / largest)).astype('<f2').tobytes()).decode()}"


def _row(text: str) -> NDArray[np.float64]:
    largest, _, body = text.partition(":")
    shares = np.frombuffer(base64.b64decode(body, validate=True), "<f2").astype(np.float64)
    return shares * (float(largest) / _TOP)


def _fewer(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return at most `MOST` values: means of equally many neighbours, which a bootstrap may draw in their place.

    The few last ones are left out where they do not fill a group.
    """
    size = max(math.ceil(len(values) / MOST), 1)
    whole = len(values) // size * size
    return values if size == 1 else values[:whole].reshape(-1, size).mean(axis=1)
