"""Zeros that look as if they stood for a missing value: a blood pressure of 0, a diamond 0 mm wide."""

from collections.abc import Iterable

import numpy as np

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.naming import listed

FAR_IN_SPREADS = 2.0
FAR_IN_SHARE = 0.2


def zeros_note(columns: Iterable[Column]) -> str:
    """Return a sentence on the columns with doubtful zeros, or nothing; their values stay as they are."""
    found = [f"'{column.name}' ({rows:,} rows)" for column in columns if (rows := doubtful_zeros(column))]
    if not found:
        return ""
    return (
        f"0 may stand for a missing value, as all other values lie far above it, in {listed(found, 8)}; "
        f"leave these cells blank if so."
    )


def doubtful_zeros(column: Column) -> int:
    """Return the number of zeros in a column of numbers, if they lie far below all its other values, else 0.

    Far: the median of the others is more than 2 of their interquartile ranges above 0, and the smallest of them more
    than a fifth of that median; and zeros are the minority. The thresholds are our choice: of the tables we tried,
    they fit the known gaps in Pima (glucose, pressure, skin, body mass) and in diamonds (x, y, z), and nothing else.
    """
    if column.kind is not Kind.NUMBER:
        return 0
    values = np.asarray(column.values[~column.missing], np.float64)
    others = values[values != 0]
    zeros = len(values) - len(others)
    if not 0 < zeros < len(others) or others.min() < 0 or others.max() == others.min():
        return 0
    quarter, middle, upper = np.quantile(others, [0.25, 0.5, 0.75], method="inverted_cdf")
    far = middle / FAR_IN_SPREADS > upper - quarter and others.min() > FAR_IN_SHARE * middle
    return zeros if far else 0
