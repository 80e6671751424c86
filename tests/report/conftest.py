"""Run folders made by hand from records, one for each kind of run that a report must show."""

import base64
import math
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from piste.core.records import (
    AugmentedExample,
    BaselineRecord,
    Calibration,
    Choice,
    DataRecord,
    Distribution,
    EpochRecord,
    EvaluationRecord,
    FeatureRecord,
    InitialLoss,
    Kind,
    LabelRecord,
    RunRecord,
    Score,
    SplitRecord,
    Status,
    TargetRecord,
    Task,
    TrainingRecord,
    WrongExample,
)
from piste.core.runs import DATA, EVALUATION, RUN, RunFolder

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "w" * 300,
    "性别与年龄的完整名称",
    "שם העמודה",
    "\u202eevil\u202c",
    "\x1b[31mred\x1b[0m",
    "a\n\tb & 'c' \"d\"",
    "datum['x'] ${name} $title",
    "",
)


def png(shade: int, size: int = 12) -> str:
    """A grey disc on black as base64, made with nothing but zlib."""
    rows = b"".join(
        b"\0" + bytes(shade if math.hypot(x - 5.5, y - 5.5) < 4 else 0 for x in range(size)) for y in range(size)
    )
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(content)) + tag + content + struct.pack(">I", zlib.crc32(tag + content))
        for tag, content in chunks
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def epochs(number: int, metric: str = "accuracy", start: float = 2.3) -> tuple[EpochRecord, ...]:
    """Curves that fall, then over-fit."""
    return tuple(
        EpochRecord(
            epoch=at,
            step=40 * at,
            train_loss=start * math.exp(-at / 8) + 0.02,
            validation_loss=start * math.exp(-at / 8) + 0.1 + 0.002 * max(0, at - 25),
            metric=metric,
            validation_metric=1 - 0.9 * math.exp(-at / 6) - 0.0005 * max(0, at - 25),
            learning_rate=0.003 * min(at / 5, math.cos(at / number * 1.5)),
            gradient_norm=3 / at**0.7,
            seconds=0.21 * at,
        )
        for at in range(1, number + 1)
    )


def features() -> tuple[FeatureRecord, ...]:
    """One feature of each kind."""
    bell = Distribution((3, 14, 60, 160, 240, 161, 58, 12, 4), tuple(17.0 + 8 * at for at in range(10)))
    levels = Distribution((812, 401, 96, 33), labels=("private", "state", "self-employed", "none"), others=12)
    flags = Distribution((900, 454), labels=("no", "yes"))
    return (
        FeatureRecord("age", Kind.NUMBER, "decimal numbers", True, 0, 73, bell),
        FeatureRecord("work", Kind.CATEGORY, "texts with 9 distinct values", True, 41, 9, levels),
        FeatureRecord("married", Kind.FLAG, "two values, yes and no", True, 0, 2, flags),
        FeatureRecord("since", Kind.DATE, "dates, year first", True, 3, 512, None),
        FeatureRecord("remarks", Kind.TEXT, "long texts, nearly all distinct", True, 210, 1301, None),
        FeatureRecord("id", Kind.IDENTIFIER, "distinct in every row", False, 0, 1934, None),
    )


def data(task: Task, classes: tuple[str, ...] = (), *, name: str = "census", target: str = "income") -> DataRecord:
    """A table's summary with uneven classes, or with a histogram of the target."""
    sizes = {"train": 1354, "validation": 290, "test": 290}
    counts = {split: tuple(round(size / (at + 2)) for at in range(len(classes))) for split, size in sizes.items()}
    bell = Distribution((20, 310, 600, 250, 120, 40, 14), tuple(float(at * 2500) for at in range(8)))
    return DataRecord(
        name=name,
        source="census.csv, comma-separated, 1,934 rows",
        fingerprint="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        rows=1934,
        features=features(),
        target=TargetRecord(
            (target,), task, "the last column", classes, counts if classes else {}, None if classes else bell
        ),
        split=SplitRecord("stratified", "by the target, seed 0", sizes),
        notes=("The first line was taken for column names.", "“?” was read as a missing value in 2 columns."),
    )


def scores(main: str, value: float, *, higher: bool = True, unit: str = "") -> tuple[Score, ...]:
    """The deciding score and another."""
    spread = 0.02 * abs(value)
    return (
        Score(main, value, value - spread, value + spread, higher, unit),
        Score("log loss" if higher else "R2", 0.31, 0.28, 0.36, not higher),
    )


def baselines(main: str, value: float, *, higher: bool = True, unit: str = "") -> tuple[BaselineRecord, ...]:
    """One that is beaten, one that is level, one that wins."""
    sign = 1 if higher else -1
    made = []
    for name, title, off, verdict in (
        ("majority", "most frequent class" if higher else "mean", -0.3, "better"),
        ("logistic", "logistic regression" if higher else "ridge regression", -0.005, "level"),
        ("trees", "gradient-boosted trees", 0.03, "worse"),
    ):
        other = value * (1 + sign * off)
        lead = sign * (value - other)
        near = 0.02 * abs(value)
        made.append(
            BaselineRecord(
                name, title, scores(main, other, higher=higher, unit=unit), 0.4, lead, lead - near, lead + near, verdict
            )
        )
    return tuple(made)


def confusion(size: int) -> tuple[tuple[int, ...], ...]:
    """A strong diagonal with a few confusions; the last class was never seen."""
    draw = random.Random(7)
    rows = [
        [40 + draw.randrange(9) if row == at else int(draw.random() < 0.15) * draw.randrange(9) for at in range(size)]
        for row in range(size)
    ]
    rows[-1] = [0] * size
    return tuple(map(tuple, rows))


def reliability() -> Calibration:
    predicted = tuple((at + 0.5) / 10 for at in range(10))
    return Calibration(predicted, tuple(value**1.2 for value in predicted), (29,) * 10, 0.031)


def wrong(classes: tuple[str, ...], *, pictures: bool = False) -> tuple[WrongExample, ...]:
    values = {"age": "37", "work": "private", "married": "yes", "remarks": "moved twice since the last census " * 3}
    return tuple(
        WrongExample(
            row=17 * at,
            truth=classes[at % len(classes)] if classes else f"{1000 * at}",
            prediction=classes[(at + 1) % len(classes)] if classes else f"{1400 * at}",
            loss=6.1 - 0.3 * at,
            confidence=0.99 - 0.02 * at if classes else None,
            values={} if pictures else values,
            picture=png(90 + 12 * at) if pictures else "",
        )
        for at in range(12)
    )


def run(name: str = "census", *, status: Status = Status.FINISHED, best: int = 25, number: int = 40) -> RunRecord:
    training = TrainingRecord(18_442, number, best, 40 * number, 8.4, 1.2, "patience", InitialLoss(2.31, 2.302585))
    settings = {"epochs": 200, "batch": 64, "rate": 0.003, "hidden": [128, 64], "dropout": None}
    return RunRecord(
        name=name,
        status=status,
        created="2026-01-05T10:31:07Z",
        command="piste train census.csv --target income --seed 0",
        seed=0,
        versions={"piste": "0.1.0", "jax": "0.9.2", "numpy": "2.2.6", "python": "3.11.13"},
        device="CPU, 2 cores",
        settings=settings,
        choices=(
            Choice(
                "rate", 0.003, "default", "Adam's usual rate for nets of this size; the schedule ends at a tenth of it"
            ),
            Choice("hidden", [128, 64], "command", "given as --hidden"),
            Choice("dropout", None, "default", "the train split is large enough to do without"),
        ),
        training=training if status is Status.FINISHED else None,
        error="Row 81 of census.csv has 7 fields, expected 6." if status is Status.FAILED else "",
    )


def evaluation(main: str, value: float, *, higher: bool = True, unit: str = "") -> EvaluationRecord:
    return EvaluationRecord(
        rows=290,
        main=main,
        scores=scores(main, value, higher=higher, unit=unit),
        baselines=baselines(main, value, higher=higher, unit=unit),
        skipped={"nearest neighbour": "would take about 40 minutes on 48,842 rows"},
    )


def classified(classes: tuple[str, ...], *, pictures: bool = False) -> EvaluationRecord:
    return replace(
        evaluation("accuracy", 0.93),
        confusion=confusion(len(classes)),
        calibration=reliability(),
        wrong=wrong(classes, pictures=pictures),
    )


Records = tuple[RunRecord, DataRecord | None, EvaluationRecord | None, tuple[EpochRecord, ...]]


def two_class() -> Records:
    classes = ("<=50K", ">50K")
    return run(), data(Task.TWO_CLASS, classes), classified(classes), epochs(40)


def ten_classes() -> Records:
    classes = tuple("0123456789")
    return run("digits"), data(Task.MANY_CLASS, classes, name="digits", target="digit"), classified(classes), epochs(40)


def hundred_classes() -> Records:
    classes = tuple(f"species {at}" for at in range(100))
    return (
        run("plants"),
        data(Task.MANY_CLASS, classes, name="plants", target="species"),
        classified(classes),
        epochs(900),
    )


def regression() -> Records:
    draw = random.Random(3)
    truths = [draw.lognormvariate(8, 0.6) for _ in range(600)]
    judged = replace(
        evaluation("RMSE", 612.0, higher=False, unit="USD"),
        residuals=tuple((truth, truth * draw.gauss(1, 0.12)) for truth in truths),
        wrong=wrong(()),
    )
    return run("diamonds"), data(Task.REGRESSION, name="diamonds", target="price"), judged, epochs(30, "RMSE")


def multi_label() -> Records:
    tags = ("comedy", "drama", "horror", "science fiction")
    counts = ((80, 90, 60), (120, 130, 100), (9, 0, 0), (0, 4, 0))
    labels = tuple(LabelRecord(name, *found, threshold=0.5) for name, found in zip(tags, counts, strict=True))
    return (
        run("films"),
        data(Task.MULTI_LABEL, tags, name="films", target="tags"),
        replace(evaluation("macro F1", 0.71), rows=200, labels=labels),
        epochs(12),
    )


def pictures() -> Records:
    classes = ("cat", "dog", "chick", "none")
    pixel = FeatureRecord("image", Kind.IMAGE, "pictures of 12 × 12 to 64 × 64", True, 0, 1934)
    summary = replace(
        data(Task.MANY_CLASS, classes, name="animals", target="label"), features=(pixel,), image_shape=(32, 32, 3)
    )
    record = run("animals")
    assert record.training is not None
    rows = tuple(AugmentedExample(name, (png(100 + 40 * at), png(90), png(80))) for at, name in enumerate(classes))
    record = replace(record, training=replace(record.training, augmented=rows))
    return record, summary, classified(classes, pictures=True), epochs(3)


def unfinished() -> Records:
    return run(status=Status.UNFINISHED), data(Task.TWO_CLASS, ("no", "yes")), None, epochs(4)


def failed() -> Records:
    return run(status=Status.FAILED), None, None, ()


def diverged() -> Records:
    lost = replace(epochs(5)[-1], epoch=6, train_loss=math.nan, validation_loss=math.inf, gradient_norm=math.nan)
    record, summary, _, curves = two_class()
    assert record.training is not None
    training = replace(record.training, stopped="diverged", epochs=6, best_epoch=5)
    judged = replace(evaluation("accuracy", 0.61), scores=(), baselines=())
    return replace(record, training=training), summary, judged, (*curves[:5], lost)


def hostile() -> Records:
    record, summary, judged, curves = two_class()
    named = tuple(replace(features()[at % 3], name=name, reason=name) for at, name in enumerate(HOSTILE))
    levels = Distribution(tuple(range(1, len(HOSTILE) + 1)), labels=HOSTILE)
    assert summary is not None
    assert judged is not None
    counts = dict.fromkeys(("train", "validation", "test", HOSTILE[0]), tuple(range(5, 5 + len(HOSTILE))))
    summary = replace(
        summary,
        name=HOSTILE[1],
        source=HOSTILE[0],
        features=(*named, replace(features()[1], name=HOSTILE[4], distribution=levels)),
        target=replace(summary.target, names=HOSTILE, task=Task.MANY_CLASS, classes=HOSTILE, counts=counts),
        notes=HOSTILE,
    )
    judged = replace(
        judged,
        scores=tuple(replace(one, name=HOSTILE[0], unit=HOSTILE[1]) for one in judged.scores[:1]),
        baselines=tuple(
            replace(one, title=HOSTILE[at], scores=(replace(one.scores[0], name=HOSTILE[0]),))
            for at, one in enumerate(judged.baselines)
        ),
        confusion=confusion(len(HOSTILE)),
        wrong=tuple(replace(one, values=dict.fromkeys(HOSTILE, HOSTILE[1])) for one in wrong(HOSTILE)),
        skipped={HOSTILE[0]: HOSTILE[1]},
    )
    record = replace(
        record,
        name=HOSTILE[1],
        command=HOSTILE[0],
        versions={HOSTILE[0]: HOSTILE[1]},
        choices=(Choice(HOSTILE[0], {HOSTILE[1]: HOSTILE[3]}, HOSTILE[1], HOSTILE[0]),),
    )
    return record, summary, judged, tuple(replace(one, metric=HOSTILE[1]) for one in curves)


RUNS: dict[str, Callable[[], Records]] = {
    made.__name__: made
    for made in (
        two_class,
        ten_classes,
        hundred_classes,
        regression,
        multi_label,
        pictures,
        unfinished,
        failed,
        diverged,
        hostile,
    )
}


def written(path: Path, made: Records) -> RunFolder:
    """Write the records as a run folder at `path`."""
    record, summary, judged, curves = made
    path.mkdir(parents=True)
    folder = RunFolder(path)
    folder.write(record, RUN)
    for content, file in ((summary, DATA), (judged, EVALUATION)):
        if content is not None:
            folder.write(content, file)
    for one in curves:
        folder.append(one)
    return folder


@pytest.fixture(params=sorted(RUNS))
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> RunFolder:
    """Each kind of run, one after the other."""
    return written(tmp_path / request.param, RUNS[request.param]())


@pytest.fixture
def run_of(tmp_path: Path) -> Callable[[str], RunFolder]:
    """Make the run folder of the kind named."""
    return lambda kind: written(tmp_path / kind, RUNS[kind]())
