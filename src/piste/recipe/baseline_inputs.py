"""What the baselines are given: the network's own inputs, or texts as a bag of words."""

from typing import Any

from numpy.typing import NDArray

from piste.data.encoders.text import fit_text
from piste.data.encoding import Encoding
from piste.data.examples import DataSet
from piste.recipe.fitting import Splits


def baseline_inputs(dataset: DataSet, splits: Splits, encoding: Encoding) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the inputs of the train and the test split for models that see no order.

    Numbers of words mean nothing to them: texts are given as the weighted bag of words and pairs, fitted on the train
    split, of the whole text.
    """
    if encoding.tokens is None:
        return splits.train.inputs, splits.test.inputs
    (train,), (test,) = dataset.select("train")[0], dataset.select("test")[0]
    encoder = fit_text(train)
    return encoder.encode(train), encoder.encode(test)
