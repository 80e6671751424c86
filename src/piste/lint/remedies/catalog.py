"""Every remedy, by the name that findings give: one line each."""

from collections.abc import Mapping

from piste.lint.remedies import (
    class_weights,
    clipping,
    drop_column,
    drop_duplicates,
    drop_near_duplicates,
    finite_rows,
    group_split,
    learning_rate,
    missing_values,
    other_setting,
    output_bias,
    reverse,
    shuffle,
    standardise,
    time_split,
)
from piste.lint.remedies.remedy import Remedy

_EVERY = (
    # data
    drop_duplicates.REMEDY,  # nothing asked that was told
    drop_near_duplicates.REMEDY,  # nor nearly
    drop_column.REMEDY,  # no leak, no constant, no row number
    missing_values.REMEDY,  # a gap is a gap
    finite_rows.REMEDY,  # numbers everywhere
    class_weights.REMEDY,  # no score for a constant
    group_split.REMEDY,  # what belongs together
    time_split.REMEDY,  # no future in train
    standardise.REMEDY,  # one scale
    shuffle.REMEDY,  # an order of its own
    # the network's start, loss and update
    output_bias.REMEDY,  # what is known beforehand
    reverse.LOSS,  # less is better
    reverse.UPDATE,  # downhill
    learning_rate.REMEDY,  # neither too far nor too short
    clipping.REMEDY,  # no step too far
    other_setting.REMEDY,  # a number that fits
)
REMEDIES: Mapping[str, Remedy] = {one.name: one for one in _EVERY}
