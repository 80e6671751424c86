"""Then and now: what a run keeps of its train split, and what is said of new data beside it. No JAX.

A *trait* is what is compared: a column of a table, or a measurement of pictures, texts or sequences, such as their
brightness or their number of words.
"""

from dataclasses import dataclass
from enum import StrEnum

from piste.core.records import Distribution, Kind, Score

REFERENCE, SAMPLE = "reference.json", "reference.parquet"


@dataclass(frozen=True)
class KeptTrait:
    """One trait of the train split. `levels` are all values that a category or flag had there, at most 10,000."""

    name: str
    column: str
    kind: Kind  # of the column
    missing: float  # share of the examples
    levels: tuple[str, ...] = ()
    unseen: float = 0.0  # share of new examples that would have a level of their own, by the levels seen once


@dataclass(frozen=True)
class ReferenceRecord:
    """`reference.json`: what `reference.parquet` holds, `kept` examples of the `rows` of the train split."""

    rows: int
    kept: int
    traits: tuple[KeptTrait, ...]


class Change(StrEnum):
    """How the form of the data changed."""

    GONE = "column is gone"
    UNFIT = "column does not fit"
    NEW = "new column"
    LEVELS = "new levels"
    UNITS = "other units"
    MISSING = "missing values"
    CLASSES = "new classes"


@dataclass(frozen=True)
class SchemaChange:
    """One change of form, as a sentence; `alarm` says that the network is not made for it."""

    change: Change
    column: str
    sentence: str
    alarm: bool


@dataclass(frozen=True)
class TraitDrift:
    """One trait then and now.

    `moved` is the share of the examples that look different, at least: the largest distance between the distribution
    functions of numbers (Kolmogorov and Smirnov), half the sum of the differences between the shares of levels.
    `stability` is the population stability index. `p_value` is corrected for all tests made (Holm). The two
    distributions have the same bins or levels; `counts` says whether the trait counts for the verdict.
    """

    name: str
    column: str
    kind: Kind
    moved: float
    stability: float
    p_value: float
    drifted: bool
    note: str = ""
    before: Distribution | None = None
    now: Distribution | None = None
    counts: bool = True


@dataclass(frozen=True)
class DriftTest:
    """One test of the whole: all columns together, the network's outputs, or the target."""

    name: str
    method: str
    effect: str  # what `measured` is
    measured: float
    floor: float  # below this it does not matter, however sure it is
    p_value: float  # corrected for all tests made
    drifted: bool
    note: str = ""


@dataclass(frozen=True)
class ComparedScore:
    """A score on the test split and on the new data.

    `change` is signed so that positive means better now; its interval is at 99 %. `verdict` is "better", "worse" or
    "level".
    """

    before: Score
    now: Score
    change: float
    low: float
    high: float
    verdict: str


class Fit(StrEnum):
    """Whether a network still fits."""

    FITS = "still fits"
    UNKNOWN = "drifted"
    HARMLESS = "drifted without loss"
    WORSE = "worse"


@dataclass(frozen=True)
class DriftRecord:
    """What `piste drift` says: kept as `drift-<data>.json` in the run folder."""

    run: str
    source: str
    rows: int
    reference: int  # examples of the train split that they were compared with
    created: str  # ISO 8601, UTC
    fit: Fit
    verdict: str
    command: str  # that trains again
    main: str = ""  # the score that decides
    paired: bool = False  # whether the scores are those of the same examples as then
    schema: tuple[SchemaChange, ...] = ()
    traits: tuple[TraitDrift, ...] = ()
    tests: tuple[DriftTest, ...] = ()
    scores: tuple[ComparedScore, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def alarm(self) -> bool:
        """Whether there is anything to act on; the exit code is 1 then."""
        return self.fit is not Fit.FITS

    @property
    def drifted(self) -> tuple[TraitDrift, ...]:
        """The traits that drifted and count, the farthest first."""
        return tuple(sorted((one for one in self.traits if one.drifted and one.counts), key=lambda one: -one.moved))
