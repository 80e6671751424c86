"""Labels are numbers from 0 to K - 1, and every class occurs in every split."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.data.labels import RESPELLED, plain_label
from piste.lint.bench import Bench
from piste.lint.probes.classes import labels, tags
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule

_DUE = 7.0  # expected examples from which on chance leaves a class out in fewer than one of a thousand splits
_NAMED = 8


def check(bench: Bench) -> Iterator[Finding]:
    """Yield labels without a class, and classes without examples."""
    yield from _respelled(bench)
    known = _counted(bench)
    if known:
        width = _width(bench, known)
        yield from _outside(known, width)
        yield from _unseen({name: values[(values >= 0) & (values < width)] for name, values in known.items()})
    elif found := bench.probe(tags):
        yield from _never(found)
    else:
        raise NotRun("The target has no classes.")


def _respelled(bench: Bench) -> Iterator[Finding]:
    """Yield classes that are spelled in several ways, where Piste read the data and so knows the spelling."""
    dataset = bench.pipeline.dataset
    if dataset is None:
        return
    alike: dict[str, list[str]] = {}
    for name in dataset.target.classes:
        alike.setdefault(plain_label(name), []).append(repr(name))
    pairs = [" and ".join(names) for plain, names in alike.items() if len(names) > 1 and len(plain) > 1]
    if pairs:  # of single letters the case may be what is to be told
        said = Evidence("classes that differ only in case, blanks or a final full stop", "; ".join(pairs), "none")
        yield _spelling(Severity.WARNING, said, "The network is to tell apart what is the same.")
    for note in dataset.record.notes:
        if RESPELLED in note:
            what, _, which = note.removesuffix(".").partition(": ")
            said = Evidence(what, which, "one spelling")
            yield _spelling(Severity.INFO, said, "They are read as one class; to other programs they are two.")


def _spelling(severity: Severity, said: Evidence, cause: str) -> Finding:
    return RULE.finding(
        severity,
        "One class is spelled in several ways",
        evidence=[said],
        cause=f"Several sources were put together. {cause}",
        fix="Correct the spelling in the file",
        key="data.labels-respelled",
    )


def _counted(bench: Bench) -> Mapping[str, NDArray[np.int64]]:
    ignored = bench.pipeline.declared.ignore_label
    known = bench.probe(labels)
    return {name: values if ignored is None else values[values != ignored] for name, values in known.items()}


def _outside(known: Mapping[str, NDArray[np.int64]], width: int) -> Iterator[Finding]:
    for name, values in known.items():
        wrong = values[(values < 0) | (values >= width)]
        if not len(wrong):
            continue
        from_one = int(values.min()) == 1 and int(values.max()) == width
        yield RULE.finding(
            Severity.ERROR,
            f"{len(wrong):,} labels of the {name} split lie outside 0 to {width - 1}",
            evidence=[
                Evidence("smallest label", f"{values.min()}", "0"),
                Evidence("largest label", f"{values.max()}", f"{width - 1} for {width} classes"),
            ],
            cause="Labels begin at 1."
            if from_one
            else "Labels outside the classes are taken for another class, or make the loss NaN, without a word.",
            fix="labels = labels - 1"
            if from_one
            else "Declared(ignore_label=-1), if they must not count; else "
            "classes, labels = np.unique(labels, return_inverse=True)",
            remedy="known-labels",
            key="data.labels-outside",
            where=Where(split=name),
        )


def _width(bench: Bench, known: Mapping[str, NDArray[np.int64]]) -> int:
    one = bench.probe(problem)
    if bench.pipeline.classes is not None or one.outputs is not None:
        return one.width
    return 1 + max(int(values.max(initial=0)) for values in known.values())  # nothing else says how many there are


def _unseen(known: Mapping[str, NDArray[np.int64]]) -> Iterator[Finding]:
    train = known.get("train")
    if train is None or not len(train):
        return
    classes = np.unique(train)
    for name, values in known.items():
        if name == "train" or not len(values):
            continue
        if len(new := np.setdiff1d(values, classes)):
            yield _new(name, new, int(np.isin(values, new).sum()))
        shares = np.array([np.mean(train == one) for one in classes])
        due = classes[shares * len(values) >= _DUE]
        if len(gone := np.setdiff1d(due, values)):
            yield _gone(name, gone, int(_DUE))


def _new(name: str, new: NDArray[np.int64], count: int) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        f"{len(new)} classes of the {name} split never occur in train" if len(new) > 1 else
        f"Class {new[0]} of the {name} split never occurs in train",
        evidence=[
            Evidence(f"classes of {name} that train lacks", _listed(new), "none"),
            Evidence(f"examples of {name} that cannot be right", f"{count:,}", "0"),
        ],
        cause="The data were divided in the order in which they stand, or the class is too rare to be divided.",
        fix="Shuffle before dividing, by class: train_test_split(..., stratify=labels); or leave rare classes out",
        remedy="class-split",
        key="data.class-missing",
        where=Where(split=name),
    )  # fmt: skip


def _gone(name: str, gone: NDArray[np.int64], due: int) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        f"The {name} split has no example of {'classes' if len(gone) > 1 else 'class'} {_listed(gone)}",
        evidence=[Evidence(f"classes of train that {name} lacks", _listed(gone), f"none where {due} or more are due")],
        cause="The data were divided in the order in which they stand: the score says nothing of these classes.",
        fix="Shuffle before dividing, by class: train_test_split(..., stratify=labels)",
        remedy="class-split",
        key="data.class-missing",
        where=Where(split=name),
    )


def _never(found: Mapping[str, NDArray[np.float64]]) -> Iterator[Finding]:
    train = found.get("train")
    if train is None or not len(train):
        return
    share = train.mean(axis=0)
    fixed = np.flatnonzero((share == 0) | (share == 1))
    if len(fixed):
        yield RULE.finding(
            Severity.WARNING,
            f"{len(fixed)} labels are the same for every example of train: {_listed(fixed)}",
            evidence=[Evidence("labels that never change", _listed(fixed), "none")],
            cause="Nothing can be learnt of a label that never changes.",
            fix="Leave these labels out, or divide so that train has both cases",
            key="data.class-missing",
            where=Where(split="train"),
        )


def _listed(classes: NDArray[np.int64]) -> str:
    more = ", ..." if len(classes) > _NAMED else ""
    return ", ".join(str(one) for one in classes[:_NAMED]) + more


RULE = Rule(
    "D107",
    "known-classes",
    "Labels count from 0, and every class is in every split",
    Group.DATA,
    ("train|validation|test", "task"),
    check,
)
