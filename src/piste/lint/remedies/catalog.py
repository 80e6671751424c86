"""Every remedy, by the name that findings give: one line each."""

from collections.abc import Mapping

from piste.lint.remedies import (
    blank_examples,
    class_split,
    class_weights,
    clipping,
    drop_column,
    drop_duplicates,
    drop_near_duplicates,
    finite_rows,
    group_split,
    labels_mended,
    learning_rate,
    longer,
    longer_table,
    missing_values,
    one_by_one,
    other_setting,
    output_bias,
    output_scale,
    reverse,
    same_scale,
    shuffle,
    standardise,
    time_split,
    usual_evaluation,
    usual_loss,
    usual_optimiser,
    usual_parts,
    usual_start,
    usual_stop,
    wider,
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
    same_scale.REMEDY,  # in every split
    shuffle.REMEDY,  # an order of its own
    blank_examples.REMEDY,  # nothing that is empty
    labels_mended.OUTSIDE,  # classes counted from 0
    labels_mended.WRONG,  # labels that agree
    labels_mended.SHIFTED,  # each beside its own example
    class_split.REMEDY,  # every class in every split
    # parts that do something else than they are meant to
    usual_parts.STEP,
    usual_parts.STREAM,
    usual_loss.REMEDY,
    usual_optimiser.REMEDY,
    usual_start.REMEDY,
    one_by_one.REMEDY,  # no example in another's place
    usual_stop.REMEDY,  # neither at a wobble nor never
    longer.REMEDY,  # until nothing is gained
    usual_evaluation.REMEDY,  # the network itself is judged
    wider.REMEDY,  # enough numbers pass
    longer_table.REMEDY,  # a row for every token
    # the network's start, loss and update
    output_bias.REMEDY,  # what is known beforehand
    output_scale.REMEDY,  # numbers of the right size
    reverse.LOSS,  # less is better
    reverse.UPDATE,  # downhill
    learning_rate.REMEDY,  # neither too far nor too short
    clipping.REMEDY,  # no step too far
    other_setting.REMEDY,  # a number that fits
)
REMEDIES: Mapping[str, Remedy] = {one.name: one for one in _EVERY}
