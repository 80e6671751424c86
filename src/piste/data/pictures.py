"""Encoded pictures (PNG, JPEG and what else Pillow reads) to one uint8 array, in parallel threads.

Pillow lets go of the interpreter's lock while it decodes, so threads are enough.
"""

import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from piste.core.errors import DataError
from piste.data.reading import Wanted, count

LARGEST_SIDE = 160
"""Pixels to which larger pictures are reduced when no size is asked for (assumed: what a CPU can train on)."""

_MOST_BYTES = 2**30  # of all decoded pictures together, when no size is asked for
_CHUNK = 256  # pictures per task: hides the cost of handing work to a thread
_ORIENTATION = 0x0112  # the EXIF tag by which cameras say how the picture was turned
_GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N", "F"})

Pixels = NDArray[np.uint8]
Result = TypeVar("Result")
Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Encoded:
    """A picture as it is stored: `place` names it in messages, `content` is its bytes or its file."""

    place: str
    content: bytes | Path

    def open(self) -> Image.Image:
        """Return the picture with its header read and its pixels not yet decoded."""
        return Image.open(self.content if isinstance(self.content, Path) else io.BytesIO(self.content))


def decode(pictures: Sequence[Encoded], wanted: Wanted) -> tuple[Pixels, tuple[str, ...]]:
    """Return uint8 (B, height, width, channels) and notes on what was done to fit the pictures into one shape.

    Height, width and channels are those of an earlier table where there is one. Otherwise channels are 1 if all
    pictures are grey, else 3, and the size is `settings.image_size` or chosen from the pictures.
    Raises `DataError` with the name of the first picture that is damaged.
    """
    if wanted.image_shape is not None:
        return _decoded(pictures, wanted.image_shape), ()
    first = _guarded(_survey, pictures[0])
    with suppress(_UnlikeError):  # most sets have pictures of one size: then one pass is enough
        shape, notes = choose_shape(np.array([first[:2]] * len(pictures)), 1 if first[2] else 3, wanted)
        return _decoded(pictures, shape, first), notes
    surveyed = [_guarded(_survey, picture) for picture in pictures]  # headers alone: threads gain nothing
    sizes = np.array([one[:2] for one in surveyed], np.int64)
    shape, notes = choose_shape(sizes, 1 if all(one[2] for one in surveyed) else 3, wanted)
    return _decoded(pictures, shape), notes


class _UnlikeError(Exception):
    """A picture has not the size of the first one, or colours where that one is grey."""


def _decoded(pictures: Sequence[Encoded], shape: Shape, like: tuple[int, int, bool] | None = None) -> Pixels:
    pixels = np.empty((len(pictures), *shape), np.uint8)

    def work(image: Image.Image) -> Pixels:
        if like is not None:
            height, width, is_grey = _survey(image)
            if (height, width) != like[:2] or (like[2] and not is_grey):
                raise _UnlikeError
        return to_shape(image, shape)

    def fill(start: int) -> None:
        for row in range(start, min(start + _CHUNK, len(pictures))):
            pixels[row] = _guarded(work, pictures[row])

    with ThreadPoolExecutor(_threads()) as pool:
        try:
            list(pool.map(fill, range(0, len(pictures), _CHUNK)))
        except Exception:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return pixels


def choose_shape(sizes: NDArray[np.int64], channels: int, wanted: Wanted) -> tuple[Shape, tuple[str, ...]]:
    """Return the shape for pictures of `sizes` (B, 2), height and width, and notes where that changes any of them."""
    asked = wanted.settings.image_size
    equal = bool((sizes == sizes[0]).all())
    height, width = int(sizes[0, 0]), int(sizes[0, 1])
    if asked is not None:
        height = width = asked
    elif not equal:
        height = width = max(8, int(np.median(sizes.min(axis=1))) // 4 * 4)
    if asked is None:
        height, width = _reduced(height, width, channels, len(sizes))
    if equal and (height, width) == tuple(sizes[0].tolist()):
        return (height, width, channels), ()
    low, high = sizes.min(axis=0), sizes.max(axis=0)
    found = f"{low[0]}x{low[1]}" if equal else f"{low[0]}x{low[1]} to {high[0]}x{high[1]}"
    note = (
        f"Pictures of {found} pixels (height x width) were resized to {height}x{width}; --image-size sets another size."
    )
    return (height, width, channels), (note,)


def to_shape(image: Image.Image, shape: Shape) -> Pixels:
    """Return the pixels of `image`, turned upright, laid on white, as uint8 of `shape`; bilinear with antialiasing."""
    height, width, channels = shape
    mode = "L" if channels == 1 else "RGB"
    if image.size != (width, height):
        image.draft(mode, (max(height, width),) * 2)  # JPEG: decodes at a half, a quarter or an eighth
    if "exif" in image.info and image.getexif().get(_ORIENTATION, 1) != 1:
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I") or image.mode == "F":
        image = Image.fromarray(_eight_bits(np.asarray(image)))
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    if image.mode != mode:
        image = image.convert(mode)
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(image).reshape(shape)


def _eight_bits(values: NDArray[Any]) -> Pixels:
    """Return 16-bit grey values, or floats from 0 to 1 or to 255, as uint8."""
    if values.dtype.kind == "f":
        scale = 255.0 if values.size and values.max() <= 1 else 1.0
        return np.asarray(np.clip(np.nan_to_num(values * scale), 0, 255).round(), np.uint8)
    return np.asarray(np.clip(values, 0, 65535).astype(np.int64) >> 8, np.uint8)


def _reduced(height: int, width: int, channels: int, rows: int) -> tuple[int, int]:
    area = min(_MOST_BYTES / (rows * channels), LARGEST_SIDE * LARGEST_SIDE * height * width / max(height, width) ** 2)
    if height * width <= area:
        return height, width
    factor = float(np.sqrt(area / (height * width)))
    return max(4, round(height * factor)), max(4, round(width * factor))


def _survey(image: Image.Image) -> tuple[int, int, bool]:
    """Return height, width and whether the picture is grey."""
    width, height = image.size
    if "exif" in image.info and image.getexif().get(_ORIENTATION, 1) >= 5:
        width, height = height, width
    return height, width, image.mode in _GREY_MODES


def _guarded(work: Callable[[Image.Image], Result], picture: Encoded) -> Result:
    try:
        with picture.open() as image:
            return work(image)
    except UnidentifiedImageError as error:
        raise DataError(
            f"{picture.place} is not a picture that can be read (PNG, JPEG, ...); remove or replace it."
        ) from error
    except Image.DecompressionBombError as error:
        raise DataError(f"{picture.place} is too large a picture ({error}); reduce it first.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{picture.place} is damaged or cut short ({error}); remove or replace it.") from error


def _threads() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def encoded_column(values: Sequence[object], place: Callable[[int], str]) -> list[Encoded]:
    """Return the pictures in a column of bytes; raises `DataError` for a row without any."""
    pictures = []
    for row, value in enumerate(values):
        if not isinstance(value, bytes | bytearray | memoryview) or not len(value):
            raise DataError(f"{place(row)} holds no encoded picture; {count(len(values), 'picture')} were expected.")
        pictures.append(Encoded(place(row), bytes(value)))
    return pictures
