"""Curing a pipeline, and a plain table of two classes with the faults that a test plants in it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from piste.core.findings import LintRecord
from piste.core.fixes import Fix
from piste.lint.catalog import RULES
from piste.lint.mended import Pieces
from piste.lint.mending import mend
from piste.lint.pipeline import Pipeline
from piste.lint.remedies.catalog import REMEDIES
from piste.lint.settings import LintSettings

Cure = Callable[..., tuple[Pipeline, tuple[Fix, ...], LintRecord]]


@pytest.fixture(scope="session")
def cure() -> Cure:
    """Return a function of a pipeline and the codes of rules to (pipeline, fixes, last record)."""

    def cured(pipeline: Pipeline, *codes: str) -> tuple[Pipeline, tuple[Fix, ...], LintRecord]:
        rules = tuple(rule for rule in RULES if rule.code in codes)
        ended = mend(Pieces(pipeline, rules, LintSettings()), REMEDIES)
        assert ended.record.fixes == ended.fixes
        return ended.subject.pipeline, ended.fixes, ended.record

    return cured


@pytest.fixture
def table() -> Callable[..., dict[str, Any]]:
    """Return a function that gives three splits of four normal columns, and a target that two of them tell in part."""

    def splits(sizes: Sequence[int] = (300, 100, 100)) -> dict[str, Any]:
        generator = np.random.default_rng(0)
        parts = []
        for size in sizes:
            inputs = generator.normal(size=(size, 4)).astype(np.float32)
            noise = generator.normal(size=size)
            parts.append((inputs, (inputs[:, 0] - inputs[:, 1] + noise > 0).astype(np.int32)))
        return dict(zip(("train", "validation", "test"), parts, strict=True))

    return splits
