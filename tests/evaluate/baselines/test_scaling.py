import numpy as np
from sklearn.preprocessing import StandardScaler

from piste.evaluate.baselines.scaling import Scaling


def test_numbers_are_standardised_as_scikit_learn_does() -> None:
    inputs = (1000 + 5 * np.random.default_rng(0).normal(size=(80, 3))).astype(np.float32)
    np.testing.assert_allclose(Scaling.fit(inputs)(inputs), StandardScaler().fit_transform(inputs), atol=2e-4)


def test_flags_and_shares_stay_as_they_are_and_tiny_or_signed_numbers_do_not() -> None:
    random = np.random.default_rng(0)
    flags, shares = np.arange(40) % 20 == 0, random.uniform(size=40)
    tiny, signed = 1e-3 * random.uniform(size=40), random.uniform(-0.1, 0.1, size=40)
    inputs = np.stack([flags, shares, tiny, signed], axis=1).astype(np.float32)
    scaled = Scaling.fit(inputs)(inputs)
    np.testing.assert_array_equal(scaled[:, :2], inputs[:, :2])
    np.testing.assert_allclose(scaled[:, 2:].std(axis=0), 1, rtol=1e-4)


def test_a_constant_column_stays_finite() -> None:
    inputs = np.full((5, 1), 7, dtype=np.float32)
    assert np.isfinite(Scaling.fit(inputs)(inputs)).all()
