"""The first arrays that differ are named, by a bit, a shape or a name."""

import numpy as np

from piste.lens.compare import different, leaves_of


def test_the_same_bits_are_the_same() -> None:
    one = {"00_dense": {"weight": np.arange(6.0).reshape(2, 3), "bias": np.array([np.nan, 0.0])}}
    other = {"00_dense": {name: leaf.copy() for name, leaf in one["00_dense"].items()}}
    assert different(one, other) == ((), 0.0)
    assert list(leaves_of(one)) == ["00_dense/bias", "00_dense/weight"]


def test_a_bit_is_enough() -> None:
    one = {"a": np.zeros(3, np.float32), "b": np.ones(2, np.float32)}
    other = {"a": np.zeros(3, np.float32), "b": np.array([1.0, np.nextafter(np.float32(1), np.float32(2))])}
    other["b"] = other["b"].astype(np.float32)
    paths, largest = different(one, other)
    assert paths == ("b",)
    assert largest == np.finfo(np.float32).eps
    assert different({"a": np.zeros(1)}, {"a": -np.zeros(1)}) == (("a",), 0.0)


def test_other_shapes_and_names_differ_without_end() -> None:
    paths, largest = different({"a": np.zeros(2), "b": np.zeros(1)}, {"a": np.zeros(3), "c": np.zeros(1)})
    assert paths == ("a", "b", "c")
    assert largest == np.inf
    assert different({"a": np.array([np.nan])}, {"a": np.array([1.0])})[1] == np.inf
