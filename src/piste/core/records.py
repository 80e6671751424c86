"""What passes between the parts of Piste: frozen, JSON-able records, kept in the run folder.

Every record survives `encode` then `decode` unchanged, so a report, a page or a rule can work from a folder that is
a year old, without JAX. JSON has no NaN and no infinity: both become null, and null becomes NaN, or `None` in a field
that may be `None`.
"""

import math
import types
from dataclasses import dataclass, field, is_dataclass
from enum import StrEnum
from itertools import chain, repeat
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

Record = TypeVar("Record")


def encode(record: Any) -> bytes:
    """Return `record` as indented UTF-8 JSON."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def encode_line(record: Any) -> bytes:
    """Return `record` as one line of JSON, for files that grow."""
    return msgspec.json.encode(record) + b"\n"


def decode(text: bytes | str, kind: type[Record]) -> Record:
    """Return the record of class `kind` that `text` holds, with NaN where a number is null.

    Raises `msgspec.MsgspecError` when it does not fit.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError:
        return msgspec.convert(_nan_for_null(msgspec.json.decode(text), kind), kind)


def _nan_for_null(value: Any, hint: Any) -> Any:
    if value is None:
        return math.nan if hint is float else None
    if isinstance(hint, types.UnionType):
        return _nan_for_null(value, next(kind for kind in get_args(hint) if kind is not type(None)))
    if is_dataclass(hint) and isinstance(value, dict):
        hints = get_type_hints(hint)
        return {name: _nan_for_null(one, hints.get(name)) for name, one in value.items()}
    if get_origin(hint) is tuple and isinstance(value, list):
        kinds = get_args(hint)
        inner = repeat(kinds[0]) if kinds[-1] is ... else chain(kinds, repeat(Any))  # one too many is left to refuse
        return [_nan_for_null(one, kind) for one, kind in zip(value, inner, strict=False)]
    return value


class Kind(StrEnum):
    """What a feature is, and so how it is encoded."""

    NUMBER = "number"
    CATEGORY = "category"
    FLAG = "flag"
    DATE = "date"
    TEXT = "text"
    IMAGE = "image"
    SEQUENCE = "sequence"
    IDENTIFIER = "identifier"


class Task(StrEnum):
    """What is predicted."""

    TWO_CLASS = "two-class"
    MANY_CLASS = "many-class"
    MULTI_LABEL = "multi-label"
    REGRESSION = "regression"


@dataclass(frozen=True)
class Distribution:
    """Counts of a column, drawn as bars: `edges` (bins + 1 numbers) for numbers, `labels` for the rest."""

    counts: tuple[int, ...]
    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    others: int = 0  # examples in levels too rare to be listed


@dataclass(frozen=True)
class FeatureRecord:
    """One column: its kind, why that kind was taken, and what it looks like in the train split."""

    name: str
    kind: Kind
    reason: str
    used: bool
    missing: int  # examples without a value, all splits together
    distinct: int
    distribution: Distribution | None = None


@dataclass(frozen=True)
class TargetRecord:
    """What is predicted. `classes` are the labels as the person spelled them, in the order of the outputs."""

    names: tuple[str, ...]  # one name; several for a multi-label or multi-output target
    task: Task
    reason: str
    classes: tuple[str, ...] = ()
    counts: dict[str, tuple[int, ...]] = field(default_factory=dict)  # split name -> examples per class
    distribution: Distribution | None = None  # regression only, train split


@dataclass(frozen=True)
class SplitRecord:
    """How the examples were divided; `sizes` has the keys train, validation and test."""

    method: str  # "stratified", "random", "group", "time", "file" (a test file given apart)
    detail: str
    sizes: dict[str, int]


@dataclass(frozen=True)
class DataRecord:
    """The data's summary: `data.json` in the run folder."""

    name: str
    source: str
    fingerprint: str  # SHA-256 of the decoded content, hexadecimal
    rows: int
    features: tuple[FeatureRecord, ...]
    target: TargetRecord
    split: SplitRecord
    image_shape: tuple[int, int, int] | None = None  # height, width, channels after resizing
    notes: tuple[str, ...] = ()  # what was guessed or repaired, one sentence each


@dataclass(frozen=True)
class Choice:
    """One setting as it was used: its value, where it came from, and why."""

    setting: str
    value: Any
    origin: str  # "default", "command", "file", "python"
    reason: str


@dataclass(frozen=True)
class EpochRecord:
    """One validation, a line of `metrics.jsonl`. Losses are means over examples, regularisation left out."""

    epoch: int | float  # epochs over when it was measured: 1 after the first, 2.5 in the middle of the third
    step: int  # parameter updates done by then
    train_loss: float  # mean since the record before
    validation_loss: float
    metric: str
    validation_metric: float
    learning_rate: float
    gradient_norm: float  # global 2-norm before clipping, of the last step's batch
    seconds: float  # since the training began


@dataclass(frozen=True)
class Score:
    """A metric on a split, with its 95 % interval (bootstrap over examples)."""

    name: str
    value: float
    low: float
    high: float
    higher_is_better: bool
    unit: str = ""


@dataclass(frozen=True)
class BaselineRecord:
    """A simple model on the same split, and how the network compares with it.

    `difference` is network minus baseline on the main metric, signed so that positive means the network is
    better; its interval is a paired bootstrap. `verdict` is "better", "worse" or "level".
    """

    name: str
    title: str
    scores: tuple[Score, ...]
    seconds: float
    difference: float
    low: float
    high: float
    verdict: str
    note: str = ""


@dataclass(frozen=True)
class Calibration:
    """Reliability of the predicted probabilities, in bins of equal count."""

    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    counts: tuple[int, ...]
    expected_error: float  # expected calibration error


@dataclass(frozen=True)
class WrongExample:
    """One test example that the network gets badly wrong. `row` counts from 0 within its source."""

    row: int
    truth: str
    prediction: str
    loss: float
    confidence: float | None = None  # probability of the predicted class
    values: dict[str, str] = field(default_factory=dict)  # features as a person reads them
    picture: str = ""  # PNG as base64, for images


@dataclass(frozen=True)
class LabelRecord:
    """How one label of a multi-label target was found: numbers of test examples, and where "predicted" begins."""

    label: str
    support: int  # that have the label
    predicted: int  # that were given it
    found: int  # both
    threshold: float  # the probability from which on it is predicted


@dataclass(frozen=True)
class EvaluationRecord:
    """The one evaluation on the test split: `evaluation.json` in the run folder."""

    rows: int
    main: str  # name of the score that decides
    scores: tuple[Score, ...]
    baselines: tuple[BaselineRecord, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)  # baseline name -> why it was not run
    verdict: str = ""
    confusion: tuple[tuple[int, ...], ...] = ()  # rows are the truth, columns the prediction
    labels: tuple[LabelRecord, ...] = ()  # of a multi-label target, in the order of the outputs
    calibration: Calibration | None = None
    residuals: tuple[tuple[float, float], ...] = ()  # (truth, prediction), regression, at most 2000 examples
    wrong: tuple[WrongExample, ...] = ()
    notes: tuple[str, ...] = ()  # what was left out, repaired or guessed of the rows judged by, one sentence each


@dataclass(frozen=True)
class InitialLoss:
    """The loss before the first step against what the target's distribution alone would give (row B3)."""

    measured: float
    expected: float


@dataclass(frozen=True)
class AugmentedExample:
    """A training picture as it is, and as several steps saw it: PNGs as base64, in this order."""

    label: str
    pictures: tuple[str, ...]


@dataclass(frozen=True)
class TrainingRecord:
    """How the training went: part of `run.json`."""

    parameters: int
    epochs: int | float  # passes over the train split: a fraction where it ended within one
    best_epoch: int | float
    steps: int
    seconds: float
    compile_seconds: float
    stopped: str  # why it ended: "epochs", "patience", "diverged", "target", "time", "watch", "nurse"
    initial_loss: InitialLoss
    augmented: tuple[AugmentedExample, ...] = ()


class Status(StrEnum):
    """Where a run stands. Anything but `FINISHED` is said wherever the run is listed."""

    UNFINISHED = "unfinished"
    FAILED = "failed"
    FINISHED = "finished"


@dataclass(frozen=True)
class RunRecord:
    """`run.json`: everything needed to repeat the run."""

    name: str
    status: Status
    created: str  # ISO 8601, UTC
    command: str  # the line that repeats the run
    seed: int
    versions: dict[str, str]
    device: str
    settings: dict[str, Any]
    choices: tuple[Choice, ...] = ()
    training: TrainingRecord | None = None
    error: str = ""
    source: str = ""  # what was given as data: a path or a bundled name; "" for data that came from Python
    environment: dict[str, str] | None = None  # variables that steer the numbers, as they were set; None: not recorded
