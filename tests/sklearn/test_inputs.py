import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from piste.core.errors import DataError
from piste.sklearn import PisteClassifier
from piste.sklearn.inputs import fit_standard, refuse_text


@given(seed=st.integers(0, 1000), weighted=st.booleans())
def test_standardising_agrees_with_scikit_learn(seed: int, weighted: bool) -> None:
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(30, 3)) * [1.0, 1e-5, 1e6] + [0.0, 7.0, -1e5]
    weights = generator.exponential(size=30) if weighted else np.ones(30)
    standard = fit_standard(values, weights)
    expected = StandardScaler().fit(values, sample_weight=weights).transform(values)
    np.testing.assert_allclose(standard.apply(values), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(standard.undo(standard.apply(values)), values, rtol=1e-5, atol=1.0)


def test_a_constant_column_becomes_zero() -> None:
    values = np.full((7, 2), [0.1, 0.0])
    assert np.abs(fit_standard(values, np.ones(7)).apply(values)).max() < 1e-6


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame])
def test_a_frame_with_text_is_refused_in_one_sentence(library: type) -> None:
    frame = library({"size": [1.0, 2.0], "town": ["Lyon", "Bern"]})
    with pytest.raises(DataError, match=r"columns of another kind \('town'\): encode them, .* piste\.train"):
        PisteClassifier().fit(frame, [0, 1])
    with pytest.raises(ValueError, match="'a', 'b', 'c' and 1 more"):
        refuse_text(library({name: ["x"] for name in "abcd"}), "PisteClassifier")


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame])
def test_numbers_and_flags_of_any_frame_are_taken(library: type) -> None:
    frame = library({"size": np.arange(40.0), "count": np.arange(40) % 7, "flag": np.arange(40) % 2 == 0})
    model = PisteClassifier(hidden=(8,), epochs=30, learning_rate=0.02, random_state=0).fit(frame, np.arange(40) % 2)
    assert model.score(frame, np.arange(40) % 2) == 1.0
    assert model.feature_names_in_.tolist() == ["size", "count", "flag"]
