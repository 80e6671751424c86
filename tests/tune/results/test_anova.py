"""The division of variance, against drawn points and against hand."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeRegressor

from piste.tune.results.anova import Boxes, boxes, main_effect, pair_variance


def test_a_tree_of_one_split_by_hand() -> None:
    tree = Boxes(np.array([[0.0, 0.0], [0.25, 0.0]]), np.array([[0.25, 1.0], [1.0, 1.0]]), np.array([4.0, 0.0]))
    assert tree.mean == 1.0
    assert tree.variance == 3.0  # a quarter of 3^2, three quarters of 1
    assert main_effect(tree, 0).variance == 3.0
    assert main_effect(tree, 1).variance == 0.0
    assert pair_variance(tree, 0, 1) == pytest.approx(0.0)
    assert main_effect(tree, 0).at(np.array([0.0, 0.2, 0.25, 1.0])).tolist() == [4.0, 4.0, 0.0, 0.0]


def test_a_chessboard_is_all_in_the_pair() -> None:
    corners = [(x, y) for x in (0.0, 0.5) for y in (0.0, 0.5)]
    low = np.array(corners)
    tree = Boxes(low, low + 0.5, np.array([1.0, -1.0, -1.0, 1.0]))
    assert tree.variance == 1.0
    assert main_effect(tree, 0).variance == main_effect(tree, 1).variance == 0.0
    assert pair_variance(tree, 0, 1) == pytest.approx(1.0)


def test_a_fitted_tree_agrees_with_points_drawn_from_the_cube() -> None:
    random = np.random.default_rng(0)
    points = random.random((200, 3))
    fitted = DecisionTreeRegressor(max_leaf_nodes=20, random_state=0)
    fitted.fit(points, np.sin(6 * points[:, 0]) + points[:, 0] * points[:, 1] + 0.1 * points[:, 2])
    tree = boxes(fitted.tree_, 3)
    drawn = random.random((20_000, 3))
    predicted = fitted.predict(drawn)
    assert tree.volume.sum() == pytest.approx(1.0)
    assert tree.mean == pytest.approx(predicted.mean(), abs=0.02)
    assert tree.variance == pytest.approx(predicted.var(), rel=0.03)
    for dimension in range(3):
        fixed = drawn[:2000].copy()
        fixed[:, dimension] = 0.3
        assert main_effect(tree, dimension).at(np.array([0.3]))[0] == pytest.approx(
            fitted.predict(fixed).mean(), abs=0.05
        )


def test_the_parts_add_up_to_the_whole_in_two_dimensions() -> None:
    random = np.random.default_rng(1)
    points = random.random((150, 2))
    fitted = DecisionTreeRegressor(random_state=0).fit(points, np.cos(7 * points[:, 0] * points[:, 1]))
    tree = boxes(fitted.tree_, 2)
    parts = main_effect(tree, 0).variance + main_effect(tree, 1).variance + pair_variance(tree, 0, 1)
    assert parts == pytest.approx(tree.variance)
