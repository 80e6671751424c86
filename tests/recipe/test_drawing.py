import numpy as np

from piste.recipe.drawing import HEIGHT, WIDTH, drawn, limits_of


def test_a_rising_line_goes_from_bottom_left_to_top_right() -> None:
    picture = drawn(np.arange(10.0)[:, None], 0.0, 9.0)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.dtype == np.uint8
    dark = picture.min(axis=2) < 160
    lowest = [np.flatnonzero(dark[:, column]).mean() for column in (10, WIDTH // 2, WIDTH - 10)]
    assert lowest[0] > lowest[1] > lowest[2]


def test_gaps_single_points_and_nothing_at_all_are_drawn_without_fault() -> None:
    assert (drawn(np.array([[1.0], [np.nan], [2.0], [3.0]]), 1.0, 3.0) < 200).any()
    assert (drawn(np.full((3, 2), np.nan), 0.0, 1.0) == 255).all()
    assert (drawn(np.full((3, 7), 2.0), 2.0, 2.0) < 200).any()


def test_limits_are_those_of_all_sequences_together() -> None:
    assert limits_of(np.array([[1.0], [np.nan]]), np.array([[-3.0]])) == (-3.0, 1.0)
    assert limits_of(np.full((2, 1), np.nan)) == (0.0, 1.0)
