import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from piste.evaluate.ranks import average_precision, median, roc_auc


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 3)), min_size=2, max_size=40))
@settings(max_examples=150, deadline=None)
def test_areas_with_ties_and_counts_agree_with_scikit_learn(examples: list[tuple[bool, int, int]]) -> None:
    truth = np.array([one[0] for one in examples])
    score = np.array([one[1] for one in examples]) / 7
    counts = np.array([one[2] for one in examples], dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        area = roc_auc(truth, score)(counts[:, None])[0]
        precision = average_precision(truth, score)(counts[:, None])[0]
    drawn = np.repeat(np.arange(len(examples)), counts.astype(int))
    if truth[drawn].any():
        assert precision == pytest.approx(average_precision_score(truth[drawn], score[drawn]), abs=1e-12)
    else:
        assert np.isnan(precision)
    if len(set(truth[drawn])) == 2:
        assert area == pytest.approx(roc_auc_score(truth[drawn], score[drawn]), abs=1e-12)
    else:
        assert np.isnan(area)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(0, 1000))
@settings(max_examples=80, deadline=None)
def test_median_of_a_resample(values: list[float], seed: int) -> None:
    rows = len(values)
    drawn = np.random.default_rng(seed).integers(rows, size=rows)
    counts = np.bincount(drawn, minlength=rows).astype(float)
    found = median(np.array(values))(counts[:, None])[0]
    assert found == pytest.approx(np.median(np.array(values)[drawn]), rel=1e-12)
