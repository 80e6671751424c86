"""What a study found, as plain records: kept beside the trials in the study's folder, drawn without JAX.

A *place* is where a value lies in [0, 1) on its setting's own scale, as in `TrialRecord.places`. A *share* is of the
variance of the loss over the whole space.
"""

from dataclasses import dataclass, field
from math import inf, isfinite

from piste.core.records import Score
from piste.core.studies import StudyRecord, TrialRecord

RESULTS, REPORT = "results.json", "report.html"  # of the study's folder


@dataclass(frozen=True)
class AxisRecord:
    """The scale of one dimension: `ticks` are (place, value as it is written), of a choice one for each option."""

    label: str
    prior: str
    ticks: tuple[tuple[float, str], ...]
    options: bool = False


@dataclass(frozen=True)
class EstimateRecord:
    """The best of several trials on the validation split, and what may be believed of it.

    `reported` is the best trial's number; `corrected`, with its 95 % interval, what the same way of choosing gives on
    examples that it did not see; `optimism`, positive, how much better the first looks than the second.
    """

    measure: str
    higher_is_better: bool
    reported: float
    corrected: float
    low: float
    high: float
    trials: int
    examples: int
    draws: int

    @property
    def optimism(self) -> float:
        """How much too good the reported number is; its interval is that of `corrected`, seen from it."""
        return self._behind(self.corrected)

    @property
    def optimism_interval(self) -> tuple[float, float]:
        """The 95 % interval of the optimism."""
        first, second = self._behind(self.low), self._behind(self.high)
        return min(first, second), max(first, second)

    def _behind(self, value: float) -> float:
        return self.reported - value if self.higher_is_better else value - self.reported


@dataclass(frozen=True)
class ImportanceRecord:
    """How much of the variance of the loss one setting alone explains, with an interval over the trees of the forest.

    `trials` are those in which it mattered; `under` says which choice it hangs on.
    """

    label: str
    share: float
    low: float
    high: float
    trials: int
    under: str = ""


@dataclass(frozen=True)
class PairRecord:
    """How much two settings explain together beyond what each explains alone."""

    first: str
    second: str
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class CurveRecord:
    """The mean loss at each place of one setting, over all values of the others, with an interval over the trees."""

    label: str
    places: tuple[float, ...]
    means: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]


@dataclass(frozen=True)
class RegionRecord:
    """Where a round of a search looked: its trials, and from which place to which in every dimension."""

    name: str
    first: int
    last: int
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class ImportancesRecord:
    """What the forests say: `explained` is the share of the variance of trials that they were not fitted to.

    `floor` is the share that a made-up setting of no effect gets, and `fence` the loss above which losses count as it.
    """

    settings: tuple[ImportanceRecord, ...]
    pairs: tuple[PairRecord, ...]
    curves: tuple[CurveRecord, ...]
    explained: float
    floor: float
    fence: float


@dataclass(frozen=True)
class MadeRecord:
    """A network made of a study's trials, beside the run of the best settings on the same test rows.

    An ensemble of several, or the best settings trained on train and validation rows together. `difference` is this
    network minus the single one, signed so that positive means that this one is better; its interval is a paired
    bootstrap. `folder` is that of its run.
    """

    members: tuple[int, ...]  # trials
    folder: str
    score: Score
    single: Score
    difference: float
    low: float
    high: float
    verdict: str
    command: str = ""  # that repeats it


@dataclass(frozen=True)
class RetuneRecord:
    """Whether the settings of an earlier search still hold on new data.

    `difference` is new minus old on the same test rows, both trained on the new data, signed so that positive means
    that the new settings are better; its interval is a paired bootstrap.
    """

    source: str  # folder of the study or run that it started from
    old: Score
    new: Score
    difference: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class StudyResults:
    """`results.json`: everything about a study that takes computing to know."""

    best: int | None = None  # number of the best trial
    by_loss: bool = True  # whether losses of different trials can be compared; else their scores are
    levelled: dict[int, float] = field(default_factory=dict)  # losses of stopped trials, as if they had gone on
    axes: tuple[AxisRecord, ...] = ()
    estimate: EstimateRecord | None = None
    so_far: tuple[EstimateRecord, ...] = ()  # of the first 1, 2, 4 ... trials
    importances: ImportancesRecord | None = None
    regions: tuple[RegionRecord, ...] = ()
    notes: tuple[str, ...] = ()
    test: Score | None = None  # of the network with the best settings, judged once
    run: str = ""  # its folder
    again: str = ""  # the line that repeats it
    ensemble: MadeRecord | None = None
    refit: MadeRecord | None = None  # the best settings trained on train and validation rows together
    retuned: RetuneRecord | None = None


@dataclass(frozen=True)
class Studied:
    """All that the report of a study is drawn from."""

    study: StudyRecord
    trials: tuple[TrialRecord, ...]  # by number
    results: StudyResults

    @property
    def best(self) -> TrialRecord | None:
        """The best trial."""
        return next((one for one in self.trials if one.number == self.results.best), None)

    @property
    def ranked(self) -> tuple[TrialRecord, ...]:
        """The trials that have a score, the best first: equal ones by their loss, then by their number."""
        sign = -1.0 if self.study.higher_is_better else 1.0
        scored = [one for one in self.trials if one.score is not None and isfinite(one.score)]
        return tuple(sorted(scored, key=lambda one: (sign * (one.score or 0.0), _loss(one), one.number)))

    @property
    def compared(self) -> str:
        """What figures compare trials by."""
        return "loss" if self.results.by_loss else self.study.metric

    def value(self, trial: TrialRecord) -> float | None:
        """Return the number by which figures compare a trial; of a stopped one, what it would have come to."""
        found = self.results.levelled.get(trial.number, trial.loss) if self.results.by_loss else trial.score
        return found if found is not None and isfinite(found) else None


def _loss(trial: TrialRecord) -> float:
    return trial.loss if trial.loss is not None and isfinite(trial.loss) else inf
