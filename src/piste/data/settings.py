"""The settings of reading and splitting."""

from dataclasses import dataclass
from typing import Annotated, Literal

from piste.core.settings import Range


@dataclass(frozen=True)
class DataSettings:
    """How the data are read and split.

    Attributes
    ----------
    target
        Column to predict, by name or position (-1 is the last); several, with commas between, for a
        multi-label or multi-output target. Guessed, and said, where the file makes it plain.
    task
        What is predicted: two-class, many-class, multi-label or regression. Follows from the target's
        values when left out.
    test
        File or folder with a test split of its own; nothing of DATA is then held back for testing.
    header
        Whether the first line holds column names. Guessed, and said, when left out.
    drop
        Columns to leave out, by name or position, with commas between.
    drop_duplicates
        Whether of rows that are equal in all features only the first is kept, before they are divided.
    missing
        Values that stand for a missing one: in every column (-999) or in one (pressure:0), with commas between.
    sequence
        What is a sequence: all features in their order, as its steps; columns by name or position, with commas or
        first:last between; or one column that holds lists of numbers. Columns of lists are taken for it by themselves.
    text
        Columns that are free texts, by name or position, with commas between, however short their values are.
    weights
        Column that says how much each row counts in training, a number of at least 0; it is then no feature.
    group
        Column whose equal values must stay in one split.
    time
        Column to split by: the latest rows are the test split.
    split
        Shares of train, validation and test.
    seed
        Seed of every random draw of the run.
    image_size
        Height and width to which pictures are resized. Chosen from the pictures when left out.
    stream
        Whether the train split stays on the disk and is read while it is trained on. When left out, that is done
        with data that would not fit into memory.
    memory
        GiB that the data may take in memory. Half of what is free when left out.
    """

    target: str | int | None = None
    task: Literal["two-class", "many-class", "multi-label", "regression"] | None = None
    test: str | None = None
    header: bool | None = None
    drop: str | None = None
    drop_duplicates: bool = False
    missing: str | None = None
    sequence: str | None = None
    text: str | None = None
    weights: str | None = None
    group: str | None = None
    time: str | None = None
    split: str = "0.7/0.15/0.15"
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0
    image_size: Annotated[int, Range(4, 1024)] | None = None
    stream: bool | None = None
    memory: Annotated[float, Range(0, low_open=True)] | None = None
