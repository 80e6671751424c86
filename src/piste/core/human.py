"""What people say about the examples: their answers, and how good they are beside the network. No JAX.

Answers are lines of `human.jsonl` in the run folder, written the moment they are given; of two with the same row, name
and pass, the later one holds. What follows from them is `human.json`.
"""

from dataclasses import dataclass, field

from piste.core.records import Score, Task

ANSWERS, HUMAN = "human.jsonl", "human.json"


@dataclass(frozen=True)
class HumanAnswer:
    """One answer. `row` counts from 0 within its source; with neither label nor number, the person could not say."""

    row: int
    name: str  # of who answered
    again: bool  # whether it is the second pass, in which the person is asked the same once more
    labels: tuple[str, ...] = ()  # one class, as the target spells it
    number: float | None = None  # regression
    seconds: float = 0.0  # from showing to answering
    at: str = ""  # ISO 8601, UTC

    @property
    def skipped(self) -> bool:
        """Whether the person could not say."""
        return not self.labels and self.number is None

    @property
    def said(self) -> str:
        """The answer as a person reads it."""
        return ", ".join(self.labels) if self.number is None else f"{self.number:g}"


@dataclass(frozen=True)
class Interval:
    """A measured value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class AgreementRecord:
    """How far two or more sources of labels agree on the rows that all of them label.

    `share` is the share of rows on which all say the same, `measure` what agreement beyond chance is called, and
    `beyond` its value: 1 for perfect agreement, 0 for none beyond chance. `apart` is the root of the mean squared
    difference, for numbers alone.
    """

    between: tuple[str, ...]
    rows: int
    measure: str
    beyond: Interval
    share: Interval | None = None
    apart: Interval | None = None


@dataclass(frozen=True)
class LabellerRecord:
    """How good one person is, and the network on the very same rows.

    `difference` is network minus person on the score, signed so that positive means the network is better; its
    interval is a paired one. `verdict` is "better", "worse" or "level", said of the network.
    """

    name: str
    rows: int  # answered
    skipped: int  # where the person could not say; they count in nothing else
    seconds: float  # median time of an answer
    score: Score
    network: Score
    difference: Interval
    verdict: str
    truth: AgreementRecord  # with the labels of the data
    again: AgreementRecord | None = None  # with the same person's second pass


@dataclass(frozen=True)
class HumanExample:
    """One test example with everything that was said about it. `row` counts from 0 within its source."""

    row: int
    truth: str
    network: str
    answers: dict[str, str]  # name -> answer
    confidence: float | None = None  # probability that the network gives to its class
    values: dict[str, str] = field(default_factory=dict)
    picture: str = ""  # PNG as base64


@dataclass(frozen=True)
class HumanRecord:
    """The human baseline of a run: `human.json` in the run folder."""

    task: Task
    rows: int  # test examples that anybody answered
    of: int  # test examples there are
    verdict: str
    labellers: tuple[LabellerRecord, ...]
    together: tuple[AgreementRecord, ...] = ()  # each pair of people, then all of them
    disagreements: tuple[HumanExample, ...] = ()  # where a person and the network say different things
    suspects: tuple[HumanExample, ...] = ()  # where all agree against the label: people, or one and the network
    needed: tuple[tuple[float, int], ...] = ()  # (half-width of an accuracy's interval, answers it takes at worst)


@dataclass(frozen=True)
class DifferingRow:
    """One row of which two columns of labels say different things. `row` counts from 0 within its source."""

    row: int
    said: tuple[str, str]
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LabelsCompared:
    """Two columns of labels of one table, beside each other.

    `reached` is the score of one column judged by the other. `ceiling` is what a network that is always right would
    score, if both columns err equally often and independently of each other; None where that cannot be so.
    `needed` has the rows that it takes until the interval of the agreement reaches 5, 2 and 1 points to each side.
    """

    name: str
    columns: tuple[str, str]
    task: Task
    rows: int  # with a value in both columns
    left_out: int  # without
    agreement: AgreementRecord
    reached: Score
    verdict: str
    ceiling: Interval | None = None
    classes: tuple[str, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()  # rows are the first column, columns the second
    differing: int = 0
    examples: tuple[DifferingRow, ...] = ()  # at most a dozen
    needed: tuple[tuple[float, int], ...] = ()  # (points as a share, rows)
