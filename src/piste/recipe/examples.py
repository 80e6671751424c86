"""One example as a person would look at it: its row in words, its picture, or its sequence as a line."""

import base64
import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.examples import DataSet
from piste.data.sequences import lengths_of
from piste.recipe.drawing import drawn, limits_of

Description = tuple[dict[str, str], str]
_SHORTEST = 64  # pixels of the shorter side of a shown picture: smaller ones are enlarged, pixel by pixel
_LONGEST = 120  # characters of a shown value


def describer(dataset: DataSet, rows: NDArray[np.int64]) -> Callable[[int], Description]:
    """Return a function from an index in `rows` to (values by feature as texts, PNG as base64 or "")."""

    def describe(index: int) -> Description:
        row = int(rows[index])
        named = {"file": dataset.row_names[row]} if dataset.row_names else {}
        picture = next((column for column in dataset.used if column.kind is Kind.IMAGE), None)
        if picture is not None:
            return named, png(picture.values[row])
        if len(dataset.used) == 1 and dataset.used[0].kind is Kind.SEQUENCE:
            sequence = np.asarray(dataset.used[0].values[row], np.float64)
            return named, png(drawn(sequence, *limits_of(sequence)))
        return {**named, **{column.name: shown(column, row) for column in dataset.used}}, ""

    return describe


def png(pixels: NDArray[np.generic]) -> str:
    """Return a picture uint8 (height, width, channels) as base64 of a PNG, enlarged where it is tiny."""
    plain = pixels[..., 0] if pixels.shape[-1] == 1 else pixels[..., :3]
    image = Image.fromarray(np.asarray(plain, np.uint8))
    factor = -(-_SHORTEST // min(image.size))
    if factor > 1:
        image = image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def shown(column: Column, row: int) -> str:
    """Return one value as a person reads it."""
    if column.missing[row]:
        return "missing"
    value = column.values[row]
    if column.kind is Kind.SEQUENCE:
        steps = int(lengths_of(np.asarray(column.values[row : row + 1], np.float64))[0])
        return f"{steps:,} steps from {np.ravel(value)[0]:.4g}"
    if column.kind is Kind.NUMBER:
        return f"{float(value):.6g}"
    if column.kind is Kind.FLAG:
        return "yes" if float(value) else "no"
    text = str(value).removesuffix("T00:00:00.000000")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
