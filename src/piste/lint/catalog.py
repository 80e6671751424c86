"""Every rule, in the order in which they run and are listed: one line and one comment each."""

from piste.lint.rule import Rule
from piste.lint.rules.data import (
    augmentation_keeps_labels,
    blank_examples,
    blind_twin,
    conflicting_labels,
    constant_columns,
    finite_data,
    groups_apart,
    input_scale,
    inputs_matter,
    known_classes,
    labels_in_step,
    more_examples,
    near_duplicates,
    picture_layout,
    row_numbers,
    sentinel_values,
    shortcut,
    split_drift,
    split_duplicates,
    target_leak,
    times_in_order,
    uneven_classes,
    words_known,
    wrong_labels,
)
from piste.lint.rules.evaluation import (
    as_reported,
    beats_baselines,
    best_restored,
    calibrated,
    enough_examples,
    examples_count_alike,
    held_out,
    ignored_steps,
    in_order,
    judged_once,
    known_scores,
    later_examples,
    of_the_right_kind,
    of_these_parameters,
    worst_slices,
)
from piste.lint.rules.loop import (
    accumulated,
    coverage,
    few_shapes,
    finite_training,
    overfitting,
    plateau,
    rate_in_use,
    shuffled,
    still_falling,
    stops_in_time,
    targets_follow,
    train_alone,
    trains_in_training_mode,
)
from piste.lint.rules.loss import (
    batch_mean,
    classes_are_names,
    corrects,
    extremes,
    ignores,
    known_answers,
    nan_shows,
    order,
    outputs_weigh_alike,
    padded_steps,
    perfect,
)
from piste.lint.rules.model import (
    attention_spread,
    causality,
    dead_inputs,
    dead_leaves,
    dead_units,
    dropout_rate,
    evaluation_mode,
    exploding_gradient,
    free_to_learn,
    gradient_check,
    independence,
    initial_loss,
    learns_by_heart,
    numerics,
    output_range,
    output_size,
    padding,
    pretrained,
    saturated_units,
    signal_in_depth,
    tokens_in_table,
    units_differ,
    vanishing_gradient,
    wide_enough,
)
from piste.lint.rules.optimiser import (
    calm_start,
    clipping,
    descends,
    momentum,
    moves,
    rate_too_high,
    rate_too_low,
    schedule,
    skipped_updates,
    weight_decay,
)
from piste.lint.rules.reproducibility import (
    other_seed,
    precise_enough,
    resumes,
    same_seed,
    same_stream,
    same_versions,
    several_seeds,
)

RULES: tuple[Rule, ...] = (
    # data
    split_duplicates.RULE,  # D101 nothing asked that was told
    conflicting_labels.RULE,  # D102 one label for one example
    target_leak.RULE,  # D103 no answer among the questions
    constant_columns.RULE,  # D104 columns that change
    sentinel_values.RULE,  # D105 no number for a gap
    finite_data.RULE,  # D106 numbers everywhere
    known_classes.RULE,  # D107 labels that can be learnt
    uneven_classes.RULE,  # D108 no score for a constant
    wrong_labels.RULE,  # D109 similar examples agree
    near_duplicates.RULE,  # D110 nothing nearly told
    split_drift.RULE,  # D111 splits alike
    groups_apart.RULE,  # D112 what belongs together
    times_in_order.RULE,  # D113 no future in train
    input_scale.RULE,  # D114 scaled once and alike
    blank_examples.RULE,  # D115 something to see
    row_numbers.RULE,  # D116 no answer in the order
    inputs_matter.RULE,  # D117 each with its own target
    blind_twin.RULE,  # D118 nothing known untold
    labels_in_step.RULE,  # D119 labels beside their examples
    picture_layout.RULE,  # D120 rows, columns, colours
    words_known.RULE,  # D121 texts whole
    shortcut.RULE,  # D122 no mark in the corner
    more_examples.RULE,  # D123 enough of them
    augmentation_keeps_labels.RULE,  # D124 no 9 made of a 6
    # loss
    known_answers.RULE,  # L101 the values of the cross-entropy
    order.RULE,  # L102 right costs less than wrong
    batch_mean.RULE,  # L103 one mean over examples
    extremes.RULE,  # L104 finite everywhere
    corrects.RULE,  # L105 a gradient where it is wrong
    ignores.RULE,  # L106 the label to be ignored
    perfect.RULE,  # L107 no broadcast of numbers
    padded_steps.RULE,  # L108 no padding learnt
    outputs_weigh_alike.RULE,  # L109 no output drowned
    nan_shows.RULE,  # L110 no NaN hidden
    classes_are_names.RULE,  # L111 classes without an order
    # model
    output_size.RULE,  # M101 an output for each class
    dead_leaves.RULE,  # M102 a gradient for each parameter
    gradient_check.RULE,  # M103 gradients as measured
    independence.RULE,  # M104 examples do not mix
    evaluation_mode.RULE,  # M105 no chance in evaluation
    causality.RULE,  # M106 no look ahead
    padding.RULE,  # M107 padding without effect
    dead_inputs.RULE,  # M108 every input matters
    initial_loss.RULE,  # M109 the loss to begin with
    learns_by_heart.RULE,  # M110 two examples by heart
    units_differ.RULE,  # M111 no two units alike
    numerics.RULE,  # M112 finite for unusual inputs
    wide_enough.RULE,  # M113 room to pass through
    free_to_learn.RULE,  # M114 no leash too short
    signal_in_depth.RULE,  # M115 no signal lost in depth
    output_range.RULE,  # M116 targets within reach
    pretrained.RULE,  # M117 what was loaded
    attention_spread.RULE,  # M118 no attention stuck
    tokens_in_table.RULE,  # M119 no token without a row
    dropout_rate.RULE,  # M120 dropout as meant
    dead_units.RULE,  # M201 units that answer
    vanishing_gradient.RULE,  # M202 first layers that learn
    exploding_gradient.RULE,  # M203 gradients within bounds
    saturated_units.RULE,  # M204 units with a slope
    # optimiser
    descends.RULE,  # O101 downhill
    moves.RULE,  # O102 what is trained moves
    schedule.RULE,  # O103 rates fit the length
    clipping.RULE,  # O104 no clip that cuts all
    weight_decay.RULE,  # O105 no weights forgotten
    momentum.RULE,  # O106 no memory of long ago
    calm_start.RULE,  # O107 no shock to begin with
    rate_too_high.RULE,  # O201 steps that land
    rate_too_low.RULE,  # O202 steps that arrive
    skipped_updates.RULE,  # O204 every update made
    # loop
    coverage.RULE,  # T101 every example in an epoch
    shuffled.RULE,  # T102 in an order of its own
    targets_follow.RULE,  # T103 with its own target
    train_alone.RULE,  # T104 and no others
    few_shapes.RULE,  # T105 few compilations
    accumulated.RULE,  # T106 parts that make the whole
    rate_in_use.RULE,  # T107 the rate that is scheduled
    stops_in_time.RULE,  # T108 neither too early nor never
    trains_in_training_mode.RULE,  # T109 dropout while training
    finite_training.RULE,  # T201 finite to the end
    overfitting.RULE,  # T202 not by heart
    still_falling.RULE,  # T203 long enough
    plateau.RULE,  # T204 getting somewhere
    # evaluation
    known_scores.RULE,  # E101 perfect is perfect
    examples_count_alike.RULE,  # E102 no order, no sums
    enough_examples.RULE,  # E103 enough to tell
    of_these_parameters.RULE,  # E104 nothing stale
    of_the_right_kind.RULE,  # E105 the metric meant
    ignored_steps.RULE,  # E106 real steps alone
    held_out.RULE,  # E107 no score of train
    beats_baselines.RULE,  # E301 worth its training
    calibrated.RULE,  # E302 as sure as right
    worst_slices.RULE,  # E303 nobody left behind
    judged_once.RULE,  # E304 no choice by test
    as_reported.RULE,  # E305 the score is the network's
    later_examples.RULE,  # E306 no decay
    best_restored.RULE,  # E307 the best, not the last
    in_order.RULE,  # E308 each row its own prediction
    # reproducibility
    same_seed.RULE,  # R101 equal bits
    other_seed.RULE,  # R102 a seed that counts
    resumes.RULE,  # R103 to be continued
    precise_enough.RULE,  # R104 as exact arithmetic
    same_stream.RULE,  # R105 an epoch twice the same
    several_seeds.RULE,  # R301 more than one draw
    same_versions.RULE,  # R302 computed with the same
)
