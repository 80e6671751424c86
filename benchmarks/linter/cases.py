"""Real data with known faults, and clean ones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What is wrong, and how each program says so: `mark` has to occur in what it says.

    `piste` is the code of the rule and a word of the finding; `deepchecks` the name of a check and a word of it.
    """

    what: str
    piste: tuple[str, str]
    deepchecks: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Case:
    """Data as `piste lint` takes them; "{data}" stands for the folder that PISTE_DATA names.

    `at_most` is the longest that the linter may take, in seconds, with a warm cache of compiled programs.
    """

    words: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    at_most: float | None = None
    table: bool = True  # peers for tables can read it
    clean: bool = False  # neither a warning nor an error is due


CASES = {
    "titanic": Case(
        ("{data}/tables/titanic.csv", "--target", "survived"),
        (Fault("'alive' repeats the target", ("D103", "alive"), ("Feature Label Correlation", "alive")),),
    ),
    "adult": Case(
        ("{data}/tables/adult-train.csv", "--test", "{data}/tables/adult-test.csv"),
        (
            Fault("rows of test that train has too", ("D101", "test"), ("Train Test Samples Mix", "")),
            Fault("labels of test are spelled otherwise", ("D107", "spelled"), ("New Label Train Test", "")),
        ),
        30.0,
    ),
    "pima": Case(
        ("{data}/tables/pima-indians-diabetes.csv", "--target", "-1"),
        (Fault("zeros stand for missing values", ("D105", "0 in"), ("Mixed Nulls", "")),),
    ),
    "cifar10": Case(
        (
            *("{data}/cifar10-jpeg/train.parquet", "--test", "{data}/cifar10-jpeg/test.parquet"),
            *("--select", "D101,D110", "--seconds", "600"),
        ),
        (Fault("near copies of train in test", ("D110", "test")),),
        table=False,
    ),
    "mnist": Case(("mnist",), (), 60.0, table=False),
    "digits": Case(("digits",), (), 10.0, clean=True),
    "iris": Case(("iris",), clean=True),
    "wine": Case(("wine",), clean=True),
    "breast-cancer": Case(("breast-cancer",), clean=True),
    "diabetes": Case(("diabetes",), clean=True),
}
