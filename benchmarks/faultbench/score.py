"""What the lines say: detection, causes and alarms with their intervals."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.faultbench.instances import Instance
from benchmarks.faultbench.truth import right
from piste.core.keys import generator

Line = Mapping[str, Any]
GROUPS = {
    "D": "data",
    "M": "model",
    "L": "loss",
    "O": "optimiser",
    "T": "loop",
    "E": "evaluation",
    "R": "reproducibility",
}
DRAWS = 2000


@dataclass(frozen=True)
class Verdict:
    """What became of one planted fault. `place` is that of the right cause among those that were found, from 0."""

    instance: Instance
    detected: bool
    place: int | None
    early: bool  # found before the first epoch ended
    first: str  # the first cause, "" for none
    broke: bool  # the training itself stopped with an error


def alarms(line: Line) -> list[Mapping[str, Any]]:
    """Return the causes that are errors or warnings, as they stand in the report."""
    return [cause for cause in line["causes"] if cause["severity"] != "info"]


def verdict(instance: Instance, line: Line, twin: Line) -> Verdict:
    """Judge the linter's answer: what it says of the clean twin as well is no detection."""
    assert instance.fault is not None
    usual = {(cause["code"], cause["key"]) for cause in alarms(twin)}
    found = [cause for cause in alarms(line) if (cause["code"], cause["key"]) not in usual]
    name = instance.fault.name
    place = next((at for at, cause in enumerate(found) if right(name, cause["key"], cause["code"])), None)
    early = any(cause["code"][1] == "1" for cause in found)
    first = f"{found[0]['code']} {found[0]['key']}" if found else ""
    return Verdict(instance, bool(found), place, early, first, "broken" in line)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, 1927)."""
    if not count:
        return 0.0, 1.0
    z, share = 1.96, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def clustered(values: Sequence[bool], programs: Sequence[str]) -> tuple[float, float]:
    """Return the 95 % interval of a share when whole programs are drawn anew."""
    names = sorted(set(programs))
    sums = np.array([[sum(v for v, p in zip(values, programs, strict=True) if p == name),
                      sum(p == name for p in programs)] for name in names], float)  # fmt: skip
    if not len(names):
        return 0.0, 1.0
    drawn = generator(0, "faultbench", "bootstrap").integers(len(names), size=(DRAWS, len(names)))
    shares = sums[drawn, 0].sum(axis=1) / sums[drawn, 1].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)


def share(verdicts: Iterable[Verdict], of: Callable[[Verdict], bool]) -> str:
    """Return a share with both intervals as text."""
    known = list(verdicts)
    hits = [of(one) for one in known]
    return _text(hits, [one.instance.program for one in known])


def _text(hits: Sequence[bool], programs: Sequence[str]) -> str:
    if not hits:
        return "none"
    low, high = wilson(sum(hits), len(hits))
    first, last = clustered(hits, programs)
    return (f"{sum(hits)} of {len(hits)}: {np.mean(hits):.1%} [{low:.1%}, {high:.1%}]; "
            f"by program [{first:.1%}, {last:.1%}]")  # fmt: skip


def alarmed(instances: Sequence[Instance], lines: Mapping[str, Line], severity: str) -> str:
    """Return the share of clean runs with a cause of this severity."""
    hits = [any(c["severity"] == severity for c in lines[one.name]["causes"]) for one in instances]
    return _text(hits, [one.program for one in instances])


def table(verdicts: Sequence[Verdict], clean: Sequence[Instance], lines: Mapping[str, Line]) -> str:
    """Return the summary of one half, or of everything."""
    rows = [("faults detected", share(verdicts, lambda one: one.detected))]
    for letter, group in GROUPS.items():
        of = [one for one in verdicts if one.instance.fault and one.instance.fault.name[0] == letter]
        rows.append((f"- {group}", share(of, lambda one: one.detected)))
    rows += [
        ("right cause first", share(verdicts, lambda one: one.place == 0)),
        ("right cause among the first three", share(verdicts, lambda one: one.place is not None and one.place < 3)),
        ("found before the first epoch ends", share(verdicts, lambda one: one.early)),
        ("clean runs with an error", alarmed([one for one in clean if not one.odd], lines, "error")),
        ("clean runs with a warning", alarmed([one for one in clean if not one.odd], lines, "warning")),
        ("odd but healthy runs with an error", alarmed([one for one in clean if one.odd], lines, "error")),
        ("odd but healthy runs with a warning", alarmed([one for one in clean if one.odd], lines, "warning")),
    ]
    return "\n".join(f"| {name} | {value} |" for name, value in rows)


def missed(verdicts: Iterable[Verdict], lines: Mapping[str, Line]) -> str:
    """Return what was not detected, or detected for another cause, a line each."""
    told = []
    for one in verdicts:
        if one.place == 0:
            continue
        kind = "missed" if not one.detected else ("other cause" if one.place is None else f"place {one.place + 1}")
        broke = f"  BROKE {lines[one.instance.name].get('broken', '')[:100]}" if one.broke else ""
        told.append(f"{kind:12} {one.instance.name:60} {one.first}{broke}")
    return "\n".join(sorted(told))


def false_alarms(clean: Iterable[Instance], lines: Mapping[str, Line]) -> str:
    """Return the alarms on clean runs, how often each, and one program where it stood."""
    seen: Counter[str] = Counter()
    where: dict[str, set[str]] = {}
    for one in clean:
        for cause in alarms(lines[one.name]):
            text = f"{cause['severity']:8} {cause['code']} {cause['key']}"
            seen[text] += 1
            where.setdefault(text, set()).add(one.program)
    return "\n".join(f"{count:4} {text:60} {', '.join(sorted(where[text]))}" for text, count in seen.most_common())


def confusion(verdicts: Iterable[Verdict]) -> str:
    """Return for each kind of fault what was named first, how often."""
    told: dict[str, Counter[str]] = {}
    for one in verdicts:
        assert one.instance.fault is not None
        told.setdefault(one.instance.fault.name, Counter())[one.first or "nothing"] += 1
    return "\n".join(f"{name:26} " + ", ".join(f"{count} {first}" for first, count in firsts.most_common())
                     for name, firsts in told.items())  # fmt: skip
