"""How much each example counts: a column of the source that is no feature."""

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.core.records import Kind
from piste.data.kinds import as_column
from piste.data.levels import Raw


def row_weights(raw: Raw) -> NDArray[np.float64]:
    """Return the weights (B,) that the column `raw` holds.

    Raises `DataError` for a value that is missing, negative or no number, and where all are 0.
    """
    if raw.values.ndim != 1:
        raise DataError(f"Column '{raw.name}' holds pictures, and --weights needs one number per row.")
    values = np.asarray(as_column(raw, Kind.NUMBER).values, np.float64)
    wrong = ~(values >= 0)
    if wrong.any():
        row = int(np.argmax(wrong))
        found = "no value" if np.isnan(values[row]) else f"the weight {values[row]:g}"
        raise DataError(
            f"Column '{raw.name}' has {found} in {raw.place(row)}: --weights needs a number of at least 0 in every row."
        )
    if not values.any():
        raise DataError(f"Column '{raw.name}' weighs every row 0, so there is nothing to learn from.")
    return values
