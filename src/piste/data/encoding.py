"""The whole encoding of a data set: columns to the network's inputs, the target to what the loss takes, and back.

Everything here is fitted on the train split alone, and travels with the model as JSON.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_type_hints

import msgspec
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import RunError, SettingError
from piste.core.records import Kind, Task
from piste.data.columns import IMAGE, SEQUENCE, Column
from piste.data.encoders.choose import encoder_from_json, encoder_to_json, fit_encoder
from piste.data.encoders.encoder import Encoder
from piste.data.encoders.sequence import SequenceEncoder, fit_sequence
from piste.data.encoders.tokens import TokenEncoder, Unit, fit_tokens
from piste.data.examples import DataSet
from piste.data.gaps import Gaps

VERSION = 1
_LATER = ("sequence", "tokens", "gaps")  # fields that encodings of the first Piste do not have
_PICTURES_PER_BLOCK = 256  # bincount widens bytes to 8, so blocks keep memory small and are faster too


@dataclass(frozen=True)
class Wanted:
    """A column that the network reads: its name, kind, and order of day and month where it is a date."""

    name: str
    kind: Kind
    form: str = ""


@dataclass(frozen=True)
class Reading:
    """How the network reads sequences and texts that are its only inputs.

    Up to `length` steps or tokens, all where it is `None`; texts as tokens of `unit`, of which `vocabulary` at most are
    known, or, where `unit` is `None`, as a bag of words.
    """

    length: int | None = None
    unit: Unit | None = None
    vocabulary: int = 20_000


@dataclass(frozen=True)
class Slot:
    """One input of the network and the column it comes from."""

    name: str
    column: str


@dataclass(frozen=True)
class Encoding:
    """How examples become the network's inputs and targets.

    `order` names all columns of the training source and `target_columns` those that were predicted; `target_names` are
    the outputs (K of them for a multi-label or multi-output target, else one). For pictures `image_shape` is
    (height, width, channels), `channel_mean` and `channel_std` are those of the train split in units of 0..255,
    and there are no encoders; nor are there for a network that reads one sequence or one text in order, whose
    encoder is `sequence` or `tokens`. With `target_log`, outputs are logarithms of the target. `gaps` are the values
    that count as missing.
    """

    task: Task
    classes: tuple[str, ...]
    target_names: tuple[str, ...]
    target_columns: tuple[str, ...]
    order: tuple[str, ...]
    encoders: tuple[Encoder, ...] = ()
    image_shape: tuple[int, int, int] | None = None
    channel_mean: tuple[float, ...] = ()
    channel_std: tuple[float, ...] = ()
    target_mean: tuple[float, ...] = ()
    target_std: tuple[float, ...] = ()
    target_log: bool = False
    sequence: SequenceEncoder | None = None
    tokens: TokenEncoder | None = None
    gaps: Gaps = ()

    @property
    def read(self) -> SequenceEncoder | TokenEncoder | None:
        """The encoder of the one sequence or text that the network reads in order."""
        return self.sequence or self.tokens

    @property
    def columns(self) -> tuple[Wanted, ...]:
        """What `inputs` takes, in this order."""
        if self.image_shape is not None:
            return (Wanted(IMAGE, Kind.IMAGE),)
        if self.read is not None:
            return (Wanted(self.read.name, self.read.kind),)
        return tuple(Wanted(one.name, one.kind, getattr(one, "form", "")) for one in self.encoders)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The inputs of the network one by one (F,), each with its column; empty for all but tables."""
        return tuple(Slot(name, encoder.name) for encoder in self.encoders for name in encoder.slots)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one example: (F,), (height, width, channels), (steps, channels) or (tokens,)."""
        if self.read is not None:
            return self.read.shape
        return self.image_shape if self.image_shape is not None else (sum(len(one.slots) for one in self.encoders),)

    @property
    def outputs(self) -> int:
        """Number of the network's outputs: one per class, label or regression target."""
        return len(self.classes) if self.classes else len(self.target_names)

    def inputs(self, columns: Sequence[Column]) -> NDArray[Any]:
        """Return what the network takes of `columns`, which come in their order.

        float32 (B, F); uint8 (B, height, width, channels) for pictures; float32 (B, steps, channels), NaN behind the
        end of shorter ones, for a sequence; int32 (B, tokens) for a text.
        """
        if self.image_shape is not None:
            return columns[0].values
        if self.sequence is not None:
            return self.sequence.steps(columns[0])
        if self.tokens is not None:
            return self.tokens.encode(columns[0])
        pairs = list(zip(self.encoders, columns, strict=True))
        encoded = np.zeros((len(columns[0].values), self.input_shape[0]), np.float32)
        start = 0
        for encoder, column in pairs:
            width = len(encoder.slots)
            encoder.write(column, encoded[:, start : start + width])
            start += width
        return encoded

    def targets(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return int32 (B,) class numbers or float32 (B, K); regression targets have mean 0 and deviation 1."""
        if self.task is not Task.REGRESSION:
            return values
        scaled = (np.asarray(values, np.float64) - np.array(self.target_mean)) / np.array(self.target_std)
        # A test value may lie absurdly far out; its square must still fit into float32.
        standardised: NDArray[Any] = np.clip(scaled, -1e15, 1e15).astype(np.float32)
        return standardised

    def decode_regression(self, outputs: NDArray[Any]) -> NDArray[np.float64]:
        """Return float64 (B, K) in the target's own units from outputs (B, K)."""
        if self.target_log:
            return np.exp(np.asarray(outputs, np.float64))
        decoded: NDArray[np.float64] = np.asarray(outputs, np.float64) * np.array(self.target_std) + np.array(
            self.target_mean
        )
        return decoded

    def to_json(self) -> dict[str, Any]:
        """Return the encoding as plain values for a JSON file; `from_json` reads it back exactly."""
        fields: dict[str, Any] = msgspec.to_builtins(self)
        return {"version": VERSION, **fields, "encoders": [encoder_to_json(one) for one in self.encoders]}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Encoding":
        """Return the encoding that `to_json` wrote; raises `RunError` for another version or damaged content."""
        if not isinstance(value, dict) or value.get("version") != VERSION:
            found = value.get("version") if isinstance(value, dict) else None
            raise RunError(
                f"The model's encoding has version {found!r}, and this Piste reads version {VERSION}: "
                f"use the Piste that trained the model, or train it again."
            )
        hints = get_type_hints(cls)
        try:
            fields = {
                name: msgspec.convert(value[name], hints[name])
                for name in hints
                if name != "encoders" and (name not in _LATER or name in value)
            }
            return cls(**fields, encoders=tuple(map(encoder_from_json, value["encoders"])))
        except (msgspec.ValidationError, LookupError, TypeError, AttributeError) as error:
            raise RunError(
                f"The model's encoding is damaged ({error}): restore the run folder, or train it again."
            ) from error


def fit_encoding(dataset: DataSet, bins: int = 0, reading: Reading = Reading()) -> Encoding:
    """Return the encoding fitted on the train split of `dataset`; with `bins`, numbers are cut at quantiles as well.

    `reading` is for a sequence, or a text, that is the only feature.
    """
    columns, values = dataset.select("train")
    target = dataset.target
    features = {column.name for column in dataset.columns}
    outputs = [name for name in dataset.order if name not in features and name not in dataset.steps]
    mean, deviation = _target_scale(values) if target.task is Task.REGRESSION else ((), ())
    common = Encoding(
        target.task, target.classes, target.names, tuple(outputs), dataset.order, target_mean=mean,
        target_std=deviation, gaps=dataset.gaps,
    )  # fmt: skip
    pictures = next((column for column in columns if column.kind is Kind.IMAGE), None)
    if pictures is None:
        return _of_columns(common, columns, bins, reading, dataset.steps)
    channel_mean, channel_std = _channel_scale(np.asarray(pictures.values, np.uint8))
    height, width, channels = pictures.values.shape[1:]
    return replace(common, image_shape=(height, width, channels), channel_mean=channel_mean, channel_std=channel_std)


def _of_columns(
    common: Encoding, columns: Sequence[Column], bins: int, reading: Reading, steps: tuple[str, ...]
) -> Encoding:
    first = columns[0]
    if len(columns) == 1 and first.kind is Kind.SEQUENCE:
        return replace(common, sequence=fit_sequence(first, reading.length, steps))
    if len(columns) == 1 and first.kind is Kind.TEXT and reading.unit is not None:
        length = reading.length or len(max(first.values.tolist(), key=len))
        return replace(common, tokens=fit_tokens(first, reading.unit, reading.vocabulary, length))
    encoders = [
        fit_sequence(column, columns=steps if column.name == SEQUENCE else ())
        if column.kind is Kind.SEQUENCE
        else fit_encoder(column, bins)
        for column in columns
    ]
    return replace(common, encoders=tuple(encoders))


def for_counts(encoding: Encoding, dataset: DataSet) -> Encoding:
    """Return `encoding` for outputs that are logarithms of expected counts: targets stay as they are.

    Raises `SettingError` where a target is negative.
    """
    values = np.asarray(dataset.target.values, np.float64)
    if (values < 0).any():
        row = int(np.argmax((values < 0).any(axis=1)))
        raise SettingError(
            f"The loss 'poisson' is for counts and other targets of at least 0, and {', '.join(encoding.target_names)} "
            f"is {values[row].min():g} in row {dataset.origin[row] + 1:,}. Choose another --loss."
        )
    zeros, ones = (0.0,) * len(encoding.target_names), (1.0,) * len(encoding.target_names)
    return replace(encoding, target_mean=zeros, target_std=ones, target_log=True)


def _target_scale(values: NDArray[Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    deviation = values.std(axis=0)
    return tuple(values.mean(axis=0).tolist()), tuple(np.where(deviation > 0, deviation, 1.0).tolist())


def _channel_scale(pictures: NDArray[np.uint8]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and deviation of each channel, from counts of the 256 values: no copy in floating point."""
    levels = np.arange(256)
    counts = np.zeros((pictures.shape[-1], 256))
    for start in range(0, len(pictures), _PICTURES_PER_BLOCK):
        block = np.moveaxis(pictures[start : start + _PICTURES_PER_BLOCK], -1, 0)
        counts += [np.bincount(channel.ravel(), minlength=256) for channel in block]
    shares = counts / counts.sum(axis=1, keepdims=True)
    means = shares @ levels
    deviations = np.sqrt(np.sum(shares * (levels - means[:, None]) ** 2, axis=1))
    return tuple(means.tolist()), tuple(np.where(deviations > 0, deviations, 1.0).tolist())
