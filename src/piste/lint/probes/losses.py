"""Probe PR1: what the loss gives for chosen scores, beside what it should give; and who it is if it is another."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Severity
from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.criterion import Criterion, loss_criterion, some_answers
from piste.lint.declared import Declared
from piste.lint.probes.references import (
    Reference,
    Suspect,
    binary_cross_entropy,
    broadcast,
    class_suspects,
    cross_entropy,
    label_suspects,
)
from piste.lint.problem import Problem, problem
from piste.nn.losses.loss import StandardLoss

SURE = 30.0  # logit at which softmax leaves 1e-13 to the others
_ABSOLUTE, _RELATIVE = 1e-3, 5e-3  # wide enough for bfloat16 inside the loss; wrong losses are off by far more

Rows = NDArray[Any]


@dataclass(frozen=True)
class Case:
    """Chosen scores (R, K) with their truth, and a name a person understands."""

    name: str
    scores: Rows
    truth: Rows


@dataclass(frozen=True)
class Answer:
    """What the loss gave for a case, and what it should have given."""

    case: str
    measured: float
    expected: float

    @property
    def right(self) -> bool:
        """Whether both agree but for rounding."""
        return close(self.measured, self.expected)


@dataclass(frozen=True)
class KnownAnswers:
    """The answers on all cases, and who the loss is where they are wrong: None where no known loss fits."""

    answers: tuple[Answer, ...]
    suspect: Suspect | None

    @property
    def right(self) -> bool:
        """Whether every answer is as it should be."""
        return all(answer.right for answer in self.answers)


def close(measured: float, expected: float) -> bool:
    """Return whether two losses agree but for rounding."""
    return bool(abs(measured - expected) <= _ABSOLUTE + _RELATIVE * abs(expected))


def cases(one: Problem, criterion: Criterion, generator: np.random.Generator) -> tuple[Case, ...]:
    """Return the cases for a problem of classes or labels: equal, sure and right, sure and wrong, and mixed scores."""
    truth, told = some_answers(one, criterion.layout)
    signs = told if one.task is Task.MULTI_LABEL or criterion.layout.width == 1 else 0.5 * (told + 1.0)
    mixed = generator.normal(0.0, 2.0, told.shape)
    return (
        Case("logits all zero", np.zeros(told.shape), truth),
        Case(f"logit +{SURE:g} at the truth", SURE * signs, truth),
        Case(f"logit -{SURE:g} at the truth", -SURE * signs, truth),
        Case("random logits", mixed, truth),
    )


def known_answers(bench: Bench) -> KnownAnswers:
    """Probe: the loss on known answers, against the cross-entropy (of classes, or of labels)."""
    one, criterion, declared = bench.probe(problem), bench.probe(loss_criterion), bench.pipeline.declared
    smoothing = getattr(bench.pipeline.loss, "smoothing", declared.smoothing)
    reference = expected_loss(one, criterion, smoothing)
    table = cases(one, criterion, bench.generator("loss cases"))
    answers = tuple(
        Answer(case.name, criterion.mean(case.scores, case.truth), float(np.mean(reference(case.scores, case.truth))))
        for case in table
    )
    found = KnownAnswers(answers, None)
    if found.right or _meant(bench.pipeline.loss, one, declared):
        return found if found.right else KnownAnswers((), None)
    suspects = [*_suspects(one, criterion, answers), *_changed(one, criterion, answers)]
    return KnownAnswers(answers, next((suspect for suspect in suspects if _fits(suspect, table, answers)), None))


def _fits(suspect: Suspect, table: tuple[Case, ...], answers: tuple[Answer, ...]) -> bool:
    predicted = (float(np.mean(suspect.reference(case.scores, case.truth))) for case in table)
    return all(close(answer.measured, value) for answer, value in zip(answers, predicted, strict=True))


def expected_loss(one: Problem, criterion: Criterion, smoothing: float) -> Reference:
    """Return the loss that fits the problem."""
    if one.of_classes and criterion.layout.width == one.width:
        return lambda scores, truth: cross_entropy(scores, truth, smoothing)
    return binary_cross_entropy


def _meant(loss: Any, one: Problem, declared: Declared) -> bool:
    # A loss of Piste's own that is not the cross-entropy was chosen by its name.
    named = isinstance(loss, StandardLoss) and type(loss).__name__ not in ("CrossEntropy", "BinaryCrossEntropy")
    return named or declared.loss not in ("", "cross-entropy") or declared.class_weights


def _suspects(one: Problem, criterion: Criterion, answers: tuple[Answer, ...]) -> Iterator[Suspect]:
    width = criterion.layout.width
    classes = one.of_classes and width == one.width
    right = expected_loss(one, criterion, 0.0)
    yield from class_suspects(width) if classes else label_suspects()
    if width == 1:
        yield broadcast(lambda scores, truth: np.logaddexp(0.0, scores) - truth * scores)
    yield Suspect(
        "loss.sign", lambda scores, truth: -right(scores, truth), Severity.ERROR,
        "The sign is wrong: the right answer costs most, and training leads away from it.",
        "Minimise -log p of the truth: take the minus sign in, or out",
    )  # fmt: skip
    if classes and (amount := answers[1].measured * width / ((width - 1) * SURE)) > 0:
        yield Suspect(
            "loss.smoothing", lambda scores, truth: cross_entropy(scores, truth, amount), Severity.INFO,
            f"Label smoothing of {amount:.3g} is at work, and is not declared.",
            f"Declared(smoothing={amount:.3g}), if it is meant",
        )  # fmt: skip


def _changed(one: Problem, criterion: Criterion, answers: tuple[Answer, ...]) -> Iterator[Suspect]:
    """Yield the right loss times a number, plus a number, or cut off at a number."""
    right = expected_loss(one, criterion, 0.0)
    rows = len(some_answers(one, criterion.layout)[0])
    factor = answers[0].measured / answers[0].expected
    offset = answers[0].measured - answers[0].expected
    highest = max(answer.measured for answer in answers)
    if any(close(factor, size) for size in (rows, rows / criterion.layout.rows, rows * criterion.layout.width)):
        yield Suspect(
            "loss.sum", lambda scores, truth: factor * right(scores, truth), Severity.WARNING,
            "The loss is the sum over the batch, so that the rate in effect grows with the batch size.",
            "Take the mean: jnp.mean(losses)",
        )  # fmt: skip
    yield Suspect(
        "loss.scale", lambda scores, truth: factor * right(scores, truth),
        Severity.INFO if 0.1 < factor < 10 else Severity.WARNING,
        f"The loss is {factor:.3g} times the cross-entropy, and so are all gradients.",
        "Take the mean over the examples alone, in nats",
    )  # fmt: skip
    yield Suspect(
        "loss.offset", lambda scores, truth: right(scores, truth) + offset, Severity.INFO,
        f"{offset:.3g} is added to the loss whatever the outputs are: a regularisation term, say.",
        "Report the loss without it, so that runs can be compared",
    )  # fmt: skip
    yield Suspect(
        "loss.clipped", lambda scores, truth: np.minimum(right(scores, truth), highest),
        Severity.INFO if highest > 10 else Severity.ERROR,
        f"The loss is cut off at {highest:.3g}: an example that is worse than that teaches nothing.",
        "Take the logarithm of the softmax in one step, jax.nn.log_softmax(logits), and drop the clipping",
    )  # fmt: skip
