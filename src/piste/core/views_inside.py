"""Records of views into the inside of a network: filters, maps, units, embeddings, curvature, and what fools it."""

from dataclasses import dataclass, field

from piste.core.records import WrongExample

Numbers = tuple[float, ...]
Rows = tuple[Numbers, ...]


@dataclass(frozen=True)
class FilterRecord:
    """The weights of one unit of a convolution: `length` is their 2-norm, `values` rows, channels side by side."""

    layer: str
    unit: int
    length: float
    shape: tuple[int, ...]
    values: Rows
    picture: str


@dataclass(frozen=True)
class FiltersRecord:
    """Filters of a network, layer by layer, the longest of a layer first."""

    filters: tuple[FilterRecord, ...]


@dataclass(frozen=True)
class MapRecord:
    """The output of one unit at all pixels, large ones as means over blocks; of sequences all units (-1), by row."""

    layer: str
    unit: int
    shape: tuple[int, ...]  # of the layer's outputs
    values: Rows
    picture: str


@dataclass(frozen=True)
class MappedRecord:
    """One example with its feature maps through the depth."""

    row: int
    truth: str
    answer: str
    confidence: float
    picture: str
    maps: tuple[MapRecord, ...]


@dataclass(frozen=True)
class MapsRecord:
    """Feature maps of a few examples of a split."""

    split: str
    examples: tuple[MappedRecord, ...]


@dataclass(frozen=True)
class ExcitingRecord:
    """An example that excites a unit: `value` is the unit's largest output; `part` its top, left, bottom and right."""

    row: int
    truth: str
    value: float
    picture: str
    values: dict[str, str] = field(default_factory=dict)
    part: tuple[int, ...] = ()


@dataclass(frozen=True)
class UnitRecord:
    """What excites one unit most. `made_up` is a picture found by ascent, `reached` the unit's mean for it,
    before the activation."""

    unit: int
    examples: tuple[ExcitingRecord, ...]
    mean: float  # of the unit's largest output, over the examples looked at
    made_up: str = ""
    reached: float = float("nan")


@dataclass(frozen=True)
class UnitsRecord:
    """What excites units of one layer most, among so many examples of a split."""

    layer: str
    split: str
    looked_at: int
    units: tuple[UnitRecord, ...]


@dataclass(frozen=True)
class EmbeddingRecord:
    """Outputs of a layer for examples, projected to two dimensions; `shares` of the variance are those of PCA."""

    layer: str
    method: str
    split: str
    x: Numbers
    y: Numbers
    truth: tuple[str, ...]
    answers: tuple[str, ...]
    rows: tuple[int, ...]
    shares: Numbers = ()


@dataclass(frozen=True)
class MistakesRecord:
    """Where a network is wrong on a split. `confusion` has a row per true class, `residuals` (truth, prediction).

    Either is empty where the task has none; `wrong_examples` is 0 for numbers. `wrong` are the worst, the worst first.
    """

    split: str
    examples: int
    wrong_examples: int
    target: str
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    residuals: tuple[tuple[float, float], ...]
    wrong: tuple[WrongExample, ...]


@dataclass(frozen=True)
class HessianRecord:
    """Largest and smallest eigenvalues of the Hessian of the mean loss at the trained network, by Lanczos.

    `values` and `density` are the spectrum as quadrature: where eigenvalues lie, and with what weight. `residuals` say
    how exact each of the `largest` is.
    """

    parameters: int
    examples: int
    steps: int
    largest: Numbers
    residuals: Numbers
    smallest: float
    trace: float
    values: Numbers
    density: Numbers


@dataclass(frozen=True)
class AttackedRecord:
    """One example and what fooled the network, or did not: pictures as PNGs; numbers in the inputs' own units."""

    row: int
    truth: str
    before: str
    before_confidence: float
    after: str
    after_confidence: float
    moved: float  # largest change of an input
    original: str
    changed: str
    difference: str
    values: tuple[str, ...] = ()  # "petal width: 1.3 to 1.45", of a table
    least: float = float("nan")  # the smallest strength found that changes the answer


@dataclass(frozen=True)
class AdversarialRecord:
    """Attacks on a few examples, and the accuracy of many at rising strengths."""

    method: str
    strength: float
    unit: str
    steps: int
    split: str
    examples: tuple[AttackedRecord, ...]
    strengths: Numbers
    accuracy: Numbers
    attacked: int
