"""Two runs side by side, as a record: what was different from the start, where they part, and which is better."""

from dataclasses import dataclass

from piste.core.drift import ComparedScore
from piste.core.records import EpochRecord

COMPARE = "compare"


@dataclass(frozen=True)
class Difference:
    """One thing that differs: a setting, a version, a fact about the data. Values as a person reads them."""

    part: str  # "setting", "version", "data", "device", "environment"
    name: str
    first: str
    second: str
    note: str = ""


@dataclass(frozen=True)
class PartingNode:
    """The first node of the graph that differs in the step in which two trainings part.

    `how` is "value" (as it is computed), "gradient" (coming back from the loss), "operation" (the networks compute
    something else there), "update" (no node differs, only what the optimiser makes of the gradients) or "unknown".
    """

    name: str
    how: str
    words: str


@dataclass(frozen=True)
class Parting:
    """Where two trainings part. Up to then all parameters are the same, bit for bit.

    `step` counts from 1; 0 says that they begin from other parameters. `parameters` are the first of those that differ,
    by name, `causes` what differs in that step. `known` is how it was found: "curves" or "trained again".
    """

    known: str
    epoch: float
    step: int
    parameters: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    largest: float = float("nan")  # difference of a parameter after that step
    never: bool = False
    node: PartingNode | None = None  # where the step is known


@dataclass(frozen=True)
class Agreement:
    """How the answers to the test examples go together: numbers of examples.

    `chance` is the probability of so uneven a split of the examples that one alone has right, if both were as good
    (McNemar's exact test); NaN for numbers.
    """

    rows: int
    both: int
    first_alone: int
    second_alone: int
    neither: int
    same_answers: int
    chance: float


@dataclass(frozen=True)
class ComparisonRecord:
    """`piste compare`: `paired` says that both were judged on the same test examples."""

    first: str
    second: str
    titles: tuple[str, str]
    created: str
    differences: tuple[Difference, ...]
    parting: Parting | None
    scores: tuple[ComparedScore, ...]
    main: str
    paired: bool
    agreement: Agreement | None
    curves: tuple[tuple[EpochRecord, ...], tuple[EpochRecord, ...]]
    verdict: str
    notes: tuple[str, ...] = ()
