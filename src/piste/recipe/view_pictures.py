"""Numbers as pictures: filters, feature maps, and heat over a picture."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from piste.recipe.examples import png

_SIDE = 160  # pixels of the longer side of a shown picture
_RED, _BLUE = np.array([205.0, 35.0, 25.0]), np.array([30.0, 90.0, 205.0])

Values = NDArray[np.floating]


def small(picture: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return a picture (H, W, C) of 0 to 255 as bytes, made smaller where it is large."""
    pixels = np.clip(np.asarray(picture, np.float64), 0, 255).round().astype(np.uint8)
    if max(pixels.shape[:2]) <= _SIDE:
        return pixels
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels[..., :3])
    image.thumbnail((_SIDE, _SIDE))
    return np.asarray(image).reshape(image.height, image.width, -1)


def seen(picture: NDArray[np.generic]) -> str:
    """Return a picture (H, W, C) of 0 to 255 as base64 of a PNG."""
    return png(small(picture))


def stretched(values: Values) -> NDArray[np.float64]:
    """Return numbers (...) as 0 to 255, the lowest black and the highest white; all grey where they are alike."""
    known = np.nan_to_num(np.asarray(values, np.float64))
    low, high = known.min(), known.max()
    return (known - low) / (high - low) * 255.0 if high > low else np.full(known.shape, 127.0)


def signed(values: Values) -> NDArray[np.float64]:
    """Return numbers (H, W) as a picture (H, W, 3): red where positive, blue where negative, white at 0."""
    return _tinted(values, np.full((*values.shape, 3), 255.0))


def heat(values: Values, picture: NDArray[np.generic]) -> str:
    """Return a picture (H, W, C), paled, with numbers (H, W) over it: red speaks for, blue against; a PNG as base64."""
    pixels = np.asarray(picture, np.float64)
    grey = pixels[..., :3].mean(axis=-1, keepdims=True)
    pale = 150.0 + 105.0 * np.repeat(grey, 3, axis=-1) / 255.0
    return png(small(_tinted(values, pale)))


def _tinted(values: Values, ground: NDArray[np.float64]) -> NDArray[np.float64]:
    # The hundredth largest of a thousand sets the scale, so that one pixel alone does not pale all others.
    size = np.quantile(np.abs(values), 0.995) or np.abs(values).max() or 1.0
    share = np.clip(values / size, -1.0, 1.0)[..., None]
    colour = np.where(share > 0, _RED, _BLUE)
    return ground * (1 - np.abs(share)) + colour * np.abs(share)


def reduced(values: Values, most: int = 64) -> NDArray[np.float64]:
    """Return numbers (H, W) as means over blocks, at most `most` along each side."""
    height, width = values.shape
    tall, wide = -(-height // most), -(-width // most)
    padded = np.pad(np.asarray(values, np.float64), ((0, -height % tall), (0, -width % wide)), constant_values=np.nan)
    blocks = padded.reshape(padded.shape[0] // tall, tall, padded.shape[1] // wide, wide)
    return np.asarray(np.nanmean(blocks, axis=(1, 3)))


def enlarged(values: Values, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return numbers (h, w) as (H, W), between their places in straight lines."""
    image = Image.fromarray(np.asarray(values, np.float32))
    return np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BILINEAR), np.float64)
