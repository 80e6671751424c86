"""scikit-learn estimators over the engine: `PisteClassifier` and `PisteRegressor`."""

from piste.sklearn.classifier import PisteClassifier
from piste.sklearn.regressor import PisteRegressor

__all__ = ["PisteClassifier", "PisteRegressor"]
