"""Decoded pictures against the arrays that they were made of."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from piste.core.errors import DataError
from piste.data.columns import IMAGE, RawTable
from piste.data.pictures import LARGEST_SIDE, Encoded, choose_shape, decode, encoded_column
from piste.data.reading import Wanted
from piste.data.settings import DataSettings

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (6, 9), np.uint8)
COLOUR = RANDOM.integers(0, 256, (6, 9, 3), np.uint8)


def encoded(pixels: Any, form: str = "PNG", **options: Any) -> Encoded:
    file = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(file, form, **options)
    return Encoded("picture", file.getvalue())


def shown(*pictures: Encoded, like: RawTable | None = None, **settings: Any) -> np.ndarray[Any, Any]:
    return decode(pictures, Wanted(DataSettings(**settings), like=like))[0]


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "WEBP"])
def test_pictures_without_loss_come_back_exactly(form: str) -> None:
    options = {"lossless": True} if form == "WEBP" else {}
    np.testing.assert_array_equal(shown(encoded(COLOUR, form, **options))[0], COLOUR)
    if form != "WEBP":
        np.testing.assert_array_equal(shown(encoded(GREY, form))[0, ..., 0], GREY)


def test_jpeg_is_decoded_as_pillow_does() -> None:
    smooth = np.tile(np.arange(0, 240, 10, dtype=np.uint8), (16, 1))
    found = shown(encoded(smooth, "JPEG", quality=95))[0, ..., 0]
    assert np.abs(found.astype(int) - smooth).max() <= 4


def test_grey_among_colour_becomes_colour() -> None:
    pixels = shown(encoded(COLOUR), encoded(GREY))
    assert pixels.shape == (2, 6, 9, 3)
    np.testing.assert_array_equal(pixels[1], np.repeat(GREY[..., None], 3, 2))


def test_palette_and_one_bit_pictures() -> None:
    flat = Image.new("RGB", (4, 4), (200, 30, 10))
    np.testing.assert_array_equal(
        shown(encoded(flat.convert("P", palette=Image.Palette.ADAPTIVE)))[0, 0, 0], [200, 30, 10]
    )
    bits = Image.fromarray(np.eye(4, dtype=np.uint8) * 255).convert("1", dither=Image.Dither.NONE)
    np.testing.assert_array_equal(shown(encoded(bits))[0, ..., 0], np.eye(4) * 255)


def test_sixteen_bits_keep_the_upper_eight() -> None:
    deep = (np.arange(16).reshape(4, 4) * 4096).astype(np.uint16)
    np.testing.assert_array_equal(shown(encoded(deep))[0, ..., 0], deep >> 8)


def test_floats_from_0_to_1_become_bytes() -> None:
    floats = np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4)
    np.testing.assert_array_equal(shown(encoded(floats, "TIFF"))[0, ..., 0], np.round(floats * 255))


def test_transparent_pictures_lie_on_white() -> None:
    clear = Image.new("RGBA", (2, 2), (10, 20, 30, 0))
    np.testing.assert_array_equal(shown(encoded(clear))[0], np.full((2, 2, 3), 255))
    solid = Image.new("RGBA", (2, 2), (10, 20, 30, 255))
    np.testing.assert_array_equal(shown(encoded(solid))[0, 0, 0], [10, 20, 30])


def test_a_camera_held_upright_is_turned_back() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned clockwise by a quarter
    found = shown(encoded(COLOUR, "PNG", exif=exif))
    np.testing.assert_array_equal(found[0], np.rot90(COLOUR, -1))


def test_the_size_asked_for() -> None:
    flat = np.full((30, 20), 77, np.uint8)
    pixels = shown(encoded(flat), encoded(flat[:10]), image_size=8)
    assert pixels.shape == (2, 8, 8, 1)
    assert (pixels == 77).all()


def test_a_large_jpeg_is_reduced_with_antialiasing() -> None:
    stripes = np.tile(np.array([[0], [255]], np.uint8), (200, 400))
    found = shown(encoded(stripes, "JPEG", quality=95), image_size=20)
    assert np.abs(found.astype(int) - 127).max() < 12


def test_earlier_pictures_fix_the_shape() -> None:
    before = RawTable("t", "t", 1, {IMAGE: np.zeros((1, 5, 4, 3), np.uint8)})
    pixels, notes = decode([encoded(GREY)], Wanted(DataSettings(), like=before))
    assert pixels.shape == (1, 5, 4, 3)
    assert not notes


@pytest.mark.parametrize(
    ("sizes", "channels", "shape"),
    [
        ([(28, 28)] * 3, 1, (28, 28, 1)),
        ([(160, 120)] * 3, 3, (160, 120, 3)),
        ([(640, 480)] * 3, 3, (LARGEST_SIDE, 120, 3)),
        ([(30, 50), (41, 40), (90, 70)], 1, (40, 40, 1)),
        ([(3000, 2000), (1000, 4000)], 3, (LARGEST_SIDE, LARGEST_SIDE, 3)),
        ([(3, 5), (5, 3)], 1, (8, 8, 1)),
        ([(128, 128)] * 100_000, 3, (60, 60, 3)),
    ],
)
def test_a_size_is_chosen_and_said(sizes: list[tuple[int, int]], channels: int, shape: tuple[int, int, int]) -> None:
    found, notes = choose_shape(np.array(sizes), channels, Wanted(DataSettings()))
    assert found == shape
    changed = any(size != shape[:2] for size in sizes)
    assert len(notes) == changed
    assert all(f"resized to {shape[0]}x{shape[1]}" in note and "--image-size" in note for note in notes)


def test_many_pictures_keep_their_order() -> None:
    pixels = shown(*[encoded(np.full((2, 2), row % 256, np.uint8)) for row in range(700)])
    np.testing.assert_array_equal(pixels[:, 0, 0, 0], np.arange(700) % 256)


def test_a_row_without_a_picture_is_named() -> None:
    with pytest.raises(DataError, match="row 2 holds no encoded picture"):
        encoded_column([b"x", ""], lambda row: f"row {row + 1}")


@pytest.mark.parametrize(("odd", "shape"), [(COLOUR, (6, 9, 3)), (GREY[:3], (8, 8, 1))], ids=["colour", "size"])
def test_an_odd_picture_far_down_changes_the_shape_of_all(odd: Any, shape: tuple[int, int, int]) -> None:
    flat = np.full((6, 9), 50, np.uint8)
    pixels = shown(*[encoded(flat)] * 600, encoded(odd))
    assert pixels.shape == (601, *shape)
    assert (pixels[:600] == 50).all()
    assert pixels[600].std() > 10
