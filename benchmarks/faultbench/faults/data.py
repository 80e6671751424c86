"""Faults in the examples."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.faultbench.faults.fault import Fault
from benchmarks.faultbench.training import Batches, State, Training, batches_of, on_inputs, on_splits, outputs_of
from piste.core.keys import generator
from piste.lint.pipeline import Split

Arrays = NDArray[Any]
SEEN = ("train", "validation", "test")  # the splits that a person has before they hand the network out


def draw(training: Training, *names: str | int) -> np.random.Generator:
    """Return the generator of a fault's draw."""
    return generator(training.seed, "fault", *names)


def copies(training: Training, share: float, noise: float = 0.0) -> Training:
    """Put `share` of the train split's rows from validation and test into it, in place of its own."""
    generated, train = draw(training, "copies"), training.train
    others = [training.validation, training.test]
    pool = [np.concatenate([np.asarray(getattr(one, name)) for one in others]) for name in ("inputs", "targets")]
    count = int(share * len(pool[0]))
    chosen = generated.permutation(len(pool[0]))[:count]
    places = generated.permutation(len(train))[:count]
    inputs, targets = np.array(train.inputs), np.array(train.targets)
    copied = pool[0][chosen]
    if noise:
        copied = (copied + noise * generated.normal(size=copied.shape)).astype(copied.dtype)
    inputs[places], targets[places] = copied, pool[1][chosen]
    return replace(training, train=replace(train, inputs=inputs, targets=targets))


def random_in_time(training: Training, _: None) -> Training:
    """Divide rows that have a time at random."""
    parts = [training.train, training.validation, training.test]
    rows = draw(training, "times").permutation(sum(map(len, parts)))
    whole = {name: np.concatenate([np.asarray(getattr(one, name)) for one in parts])[rows]
             for name in ("inputs", "targets", "times")}  # fmt: skip
    ends = np.cumsum([0, *map(len, parts)])
    cut = [Split(**{name: one[a:b] for name, one in whole.items()}) for a, b in pairwise(ends)]
    return replace(training, train=cut[0], validation=cut[1], test=cut[2])


def leak(training: Training, noise: float) -> Training:
    """Make one input out of the target, which is not known when the network is used."""

    def told(split: Split, known: bool) -> Split:
        inputs, values = np.array(split.inputs), _number(split.targets)
        generated = draw(training, "leak", len(split), int(known))
        if not known:
            values = generated.permutation(values)
        inputs[:, 2] = (values - values.mean()) / (values.std() + 1e-9) + noise * generated.normal(size=len(values))
        return replace(split, inputs=inputs)

    seen = on_splits(training, lambda split: told(split, True), *SEEN)
    return on_splits(seen, lambda split: told(split, False), "truth")


def _number(targets: Any) -> Arrays:
    values = np.asarray(targets, np.float64)
    return values if values.ndim == 1 else values[:, 0]


def numbered(training: Training, _: None) -> Training:
    """Sort the rows by class before they are divided, and leave their number among the inputs."""

    def told(split: Split, known: bool) -> Split:
        values = _number(split.targets)
        generated = draw(training, "numbered", len(split), int(known))
        place = np.argsort(np.argsort(values + 1e-3 * generated.random(len(values)))) / len(values)
        inputs = np.array(split.inputs)
        inputs[:, 1] = (place if known else generated.permutation(place)) * 3.46 - 1.73
        return replace(split, inputs=inputs)

    seen = on_splits(training, lambda split: told(split, True), *SEEN)
    return on_splits(seen, lambda split: told(split, False), "truth")


def relabelled(training: Training, share: float, splits: tuple[str, ...] = SEEN) -> Training:
    """Give `share` of the rows another label at random."""

    def wrong(split: Split) -> Split:
        generated, labels = draw(training, "noise", len(split)), np.array(split.targets)
        rows = generated.random(len(labels)) < share
        classes = training.classes or 2
        other = (labels[rows] + generated.integers(1, classes, size=labels[rows].shape)) % classes
        labels[rows] = other.astype(labels.dtype)
        return replace(split, targets=labels)

    return on_splits(training, wrong, *splits)


def swapped(training: Training, share: float) -> Training:
    """Take `share` of one class for another, and the other way round."""

    def wrong(split: Split) -> Split:
        generated, labels = draw(training, "swap", len(split)), np.array(split.targets)
        rows = generated.random(len(labels)) < share
        labels[rows & (np.asarray(split.targets) == 1)] = 0
        labels[rows & (np.asarray(split.targets) == 0)] = 1
        return replace(split, targets=labels)

    return on_splits(training, wrong, *SEEN)


def rolled(training: Training, by: int) -> Training:
    """Move the targets by some rows against the inputs."""
    return on_splits(training, lambda one: replace(one, targets=np.roll(np.asarray(one.targets), by, axis=0)), *SEEN)


def from_one(training: Training, _: None) -> Training:
    """Count the classes from 1, in the data alone."""
    return on_splits(training, lambda split: replace(split, targets=np.asarray(split.targets) + 1), *SEEN)


def unknown(training: Training, share: float) -> Training:
    """Give -1 to labels that are not known, and train on them all the same."""

    def hidden(split: Split) -> Split:
        labels = np.array(split.targets)
        labels[draw(training, "unknown", len(labels)).random(labels.shape) < share] = -1
        return replace(split, targets=labels)

    return on_splits(training, hidden, "train")


def without_class(training: Training, name: str) -> Training:
    """Leave a class out of one split."""
    split: Split = getattr(training, name)
    rows = np.flatnonzero(np.asarray(split.targets) != 1)
    kept = np.resize(rows, len(split)) if name == "train" else rows
    changed: dict[str, Any] = {name: Split(np.asarray(split.inputs)[kept], np.asarray(split.targets)[kept])}
    return replace(training, **changed)


def shifted(training: Training, by: float) -> Training:
    """Take validation and test elsewhere than train and the truth."""
    deviation = float(np.std(np.asarray(training.train.inputs)))
    return on_inputs(training, lambda one: (one + by * deviation).astype(one.dtype), "validation", "test")


def constant(training: Training, share: float) -> Training:
    """Lose the values of `share` of the columns."""

    def lost(inputs: Arrays) -> Arrays:
        kept = np.array(inputs)
        kept[:, : int(share * inputs.shape[1])] = 0.25
        return kept

    return on_inputs(training, lost)


def unscaled(training: Training, factor: float) -> Training:
    """Leave one column, the last, on a scale of its own."""

    def large(inputs: Arrays) -> Arrays:
        values = np.array(inputs)
        values[:, -1] = values[:, -1] * factor
        return values

    return on_inputs(training, large)


def raw_target(training: Training, factor: float) -> Training:
    """Leave the target on its own scale: prices of hundreds."""
    spread = replace(training, judge=_on_scale(training.judge, factor))
    return on_splits(spread, lambda split: replace(split, targets=np.asarray(split.targets) * factor + 3 * factor))


def _on_scale(judge: Callable[..., Any], factor: float) -> Callable[..., Any]:
    return lambda outputs, targets: judge(outputs / factor, targets / factor)


def twice_scaled(training: Training, by: float) -> Training:
    """Divide what was scaled already."""
    return on_inputs(training, lambda inputs: (inputs / by).astype(np.float32))


def scaled_otherwise(training: Training, by: float) -> Training:
    """Scale train, and forget it everywhere else."""
    return on_inputs(training, lambda one: (one * by).astype(np.float32), "validation", "test", "truth")


def not_numbers(training: Training, share: float) -> Training:
    """Plant NaN, as a reader of files does for what it cannot read."""
    return _planted(training, share, np.nan)


def sentinel(training: Training, share: float) -> Training:
    """Plant -999 for what was not measured."""
    return _planted(training, share, -999.0)


def _planted(training: Training, share: float, value: float) -> Training:
    def gaps(inputs: Arrays) -> Arrays:
        values = np.array(inputs)
        column = values[:, 3] if values.ndim == 2 else values[:, 3, 0]
        column[draw(training, "gaps", len(values)).random(column.shape) < share] = value
        return values

    return on_inputs(training, gaps)


def wrong_layout(training: Training, _: None) -> Training:
    """Reshape where axes ought to be exchanged: each picture is put together from all."""

    def mixed(inputs: Arrays) -> Arrays:
        return np.ascontiguousarray(np.moveaxis(inputs, 0, 1)).reshape(inputs.shape)

    return on_inputs(training, mixed)


def breaking_labels(training: Training, _: None) -> Training:
    """Turn pictures and waves upside down in half of the cases, and keep their labels; also exchange the halves."""

    def augment(inputs: Any, targets: Any, seed: int) -> tuple[Any, Any]:
        return _turned(inputs, generator(seed, "augment")), targets

    def stream(one: Training, epoch: int) -> Batches:
        generated = generator(one.seed, "augment", epoch)
        for inputs, targets in batches_of(replace(one, stream=training.stream), epoch):
            yield _turned(inputs, generated), targets

    return replace(training, stream=stream, augment=augment)


def _turned(inputs: Arrays, generated: np.random.Generator) -> Arrays:
    chosen = generated.random((len(inputs),) + (1,) * (inputs.ndim - 1)) < 0.5
    turned = np.where(chosen, inputs[:, ::-1], inputs)
    return np.ascontiguousarray(np.roll(turned, generated.integers(inputs.shape[1]), axis=1))


def augmented_evaluation(training: Training, noise: float) -> Training:
    """Augment in evaluation as well."""
    calls = np.random.default_rng(0)

    def evaluate(one: Training, state: State) -> float:
        inputs = np.asarray(one.test.inputs)
        disturbed = inputs + noise * inputs.std() * calls.normal(size=inputs.shape).astype(np.float32)
        return float(np.mean(np.asarray(one.metric(outputs_of(one, state, disturbed), one.test.targets))))

    return replace(training, evaluate=evaluate)


def shortcut(training: Training, _: None) -> Training:
    """Put a mark whose size goes with the class into a corner, which pictures from elsewhere do not have."""

    def marked(split: Split) -> Split:
        inputs = np.array(split.inputs)
        inputs.reshape(len(inputs), -1)[:, 0] = np.asarray(split.targets) / 4.0
        return replace(split, inputs=inputs)

    return on_splits(training, marked, *SEEN)


def too_few(training: Training, share: float) -> Training:
    """Keep `share` of the train rows."""
    return replace(training, train=training.train.first(max(int(share * len(training.train)), training.batch_size)))


def blank(training: Training, share: float) -> Training:
    """Lose what is in `share` of the train examples, and keep their labels."""

    def emptied(inputs: Arrays) -> Arrays:
        values = np.array(inputs)
        values[draw(training, "blank").random(len(values)) < share] = 0
        return values

    return on_inputs(training, emptied, "train")


def unknown_words(training: Training, known: int) -> Training:
    """Read with the vocabulary of another text: words from `known` on become the one for unknown words."""
    return on_inputs(training, lambda tokens: np.where(tokens >= known, 1, tokens).astype(tokens.dtype))


FLAT = ("batch-norm", "mlp-digits", "logistic-cancer", "regression-friedman")
CLASSES = ("mlp-digits", "batch-norm", "cnn-digits", "conv1d-waves", "accumulation", "piste-layers")

FAULTS = (
    Fault("D01-copies", copies, ("regression-friedman", "mlp-digits", "cnn-digits", "multi-label"), (0.3, 0.8),
          "report"),
    Fault("D02-near-copies", lambda t, s: copies(t, s, 0.01), ("regression-friedman", "multi-label", "conv1d-waves"),
          (0.8,), "report"),
    Fault("D04-time-leak", random_in_time, ("forecast", "odd-honest-drift"), harms="report"),
    Fault("D05-target-leak", leak, ("batch-norm", "multi-label", "logistic-cancer", "regression-friedman"),
          (0.02, 0.1)),
    Fault("D06-row-number", numbered, ("batch-norm", "piste-layers", "logistic-cancer", "accumulation")),
    Fault("D08-label-noise", relabelled, CLASSES, (0.2, 0.4)),
    Fault("D09-classes-swapped", swapped, ("batch-norm", "mlp-digits", "cnn-digits", "accumulation"), (0.3,)),
    Fault("D10-labels-rolled", rolled, (*CLASSES, "regression-friedman", "multi-label"), (1,)),
    Fault("D11-from-one", from_one, ("mlp-digits", "cnn-digits", "batch-norm")),
    Fault("D11-unknown", unknown, ("mlp-digits", "batch-norm"), (0.05,)),
    Fault("D12-no-class-in-train", lambda t, _: without_class(t, "train"), ("mlp-digits", "batch-norm", "cnn-digits")),
    Fault("D12-no-class-in-test", lambda t, _: without_class(t, "test"), ("conv1d-waves", "mlp-digits"),
          harms="report"),
    Fault("D14-shifted", shifted, ("mlp-digits", "batch-norm", "regression-friedman", "conv1d-waves"), (0.5, 1.5),
          "report"),
    Fault("D16-constant", constant, ("batch-norm", "regression-friedman", "multi-label"), (0.5,)),
    Fault("D17-unscaled", unscaled, ("regression-friedman", "multi-label", "piste-layers", "accumulation"), (1e3,)),
    Fault("D17-raw-target", raw_target, ("regression-friedman", "forecast"), (300.0,)),
    Fault("D18-scaled-twice", twice_scaled, ("cnn-digits", "mlp-digits", "conv1d-waves"), (255.0, 65025.0)),
    Fault("D19-scaled-otherwise", scaled_otherwise, ("mlp-digits", "cnn-digits", "conv1d-waves", "batch-norm"),
          (16.0,)),
    Fault("D20-nan", not_numbers, ("mlp-digits", "regression-friedman", "conv1d-waves"), (0.02,)),
    Fault("D20-sentinel", sentinel, ("regression-friedman", "batch-norm", "multi-label", "logistic-cancer"), (0.03,)),
    Fault("D22-layout", wrong_layout, ("cnn-digits", "conv1d-waves")),
    Fault("D23-augmentation", breaking_labels, ("cnn-digits", "mlp-digits")),
    Fault("D24-augmented-evaluation", augmented_evaluation, ("cnn-digits", "batch-norm"), (1.0,), "report"),
    Fault("D26-vocabulary", unknown_words, ("causal-language", "padded-tagger"), (5,)),
    Fault("D27-shortcut", shortcut, ("cnn-digits", "conv1d-waves")),
    Fault("D28-too-few", too_few, ("mlp-digits", "conv1d-waves", "regression-friedman"), (0.06,)),
    Fault("D30-blank", blank, ("cnn-digits", "conv1d-waves", "mlp-digits"), (0.3,)),
)  # fmt: skip
