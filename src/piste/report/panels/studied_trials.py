"""The trials as a table, what went wrong in some, what was searched, and how to do it again."""

from collections import Counter

from piste.core.panels import Align, Block, Fact, Facts, Grid, Lines, Text, Tone
from piste.core.studied import EnsembleRecord, RetuneRecord, Studied
from piste.core.studies import TrialStatus
from piste.report.numbers import counted, difference, interval, number, score, seconds
from piste.report.panels.settings import shown

LISTED = 25


def best_settings(studied: Studied) -> tuple[Block, ...]:
    """Return the best trial's settings beside what was searched."""
    best = studied.best
    if best is None:
        return ()
    rows = tuple(
        (one.label, shown(best.settings[one.name]), one.prior, one.why)
        for one in studied.study.dimensions
        if one.name in best.settings and all(str(best.settings.get(name)) == value for name, value in one.conditions)
    )
    columns = ("setting", "best", "searched", "why")
    why = any(row[-1] for row in rows)
    return (Grid(columns if why else columns[:-1], rows if why else tuple(row[:-1] for row in rows)),)


def table(studied: Studied) -> tuple[Block, ...]:
    """Return the best trials, and what went wrong in others."""
    names = list(dict.fromkeys(one.name for one in studied.study.dimensions))
    rows = tuple(
        (
            str(one.number),
            number(one.score, 4),
            number(one.loss, 4),
            f"{one.best_round} of {len(one.losses)}",
            one.status.value,
            *(shown(one.settings[name]) if name in one.settings else "" for name in names),
        )
        for one in studied.ranked[:LISTED]
    )
    if not rows:
        return _wrong(studied)
    align: list[Align] = ["right"] * (5 + len(names))
    align[4] = "left"
    columns = ("trial", studied.study.metric, "loss", "best round", "status", *names)
    caption = f"The best {len(rows)} of {counted(len(studied.trials), 'trial')}, on the validation split."
    return Grid(columns, rows, tuple(align), caption), *_wrong(studied)


def _wrong(studied: Studied) -> tuple[Block, ...]:
    diverged = sum(one.status is TrialStatus.DIVERGED for one in studied.trials)
    notes = Counter(one.note for one in studied.trials if one.status is TrialStatus.FAILED)
    blocks: list[Block] = []
    if diverged:
        blocks.append(Text(f"In {counted(diverged, 'trial')} the loss was no longer a number.", "note"))
    if notes:
        blocks.append(Text(f"{counted(notes.total(), 'trial')} could not be trained:", "note"))
        blocks.append(
            Lines(tuple(f"{count} x {note or 'no reason was recorded'}" for note, count in notes.most_common(8)))
        )
    return tuple(blocks)


def ensemble(studied: Studied) -> tuple[Block, ...]:
    """Return the ensemble beside the best single network."""
    found = studied.results.ensemble
    if found is None:
        return ()
    answers = Facts((Fact("answers with it", f"piste predict {found.folder} DATA"),))
    return Text(found.verdict, _tone(found.low, found.high)), _beside(found), answers


def _beside(found: EnsembleRecord) -> Grid:
    lead = f"{difference(found.difference, found.low, found.high)} ({interval(found.low, found.high)})"
    rows = (
        (f"{len(found.members)} networks", score(found.score), interval(found.score.low, found.score.high), lead),
        ("best single network", score(found.single), interval(found.single.low, found.single.high), ""),
    )
    members = ", ".join(map(str, found.members))
    caption = (
        f"On the test split; answers of trials {members} are averaged. The lead has its paired bootstrap interval."
    )
    return Grid(("", found.score.name, "95 % interval", "lead"), rows, ("left", "right", "right", "right"), caption)


def retuned(studied: Studied) -> tuple[Block, ...]:
    """Return whether the settings of an earlier search still hold."""
    found = studied.results.retuned
    if found is None:
        return ()
    tone: Tone = "good" if found.low <= 0 else "warning"
    return Text(found.verdict, tone), _old_and_new(found)


def _old_and_new(found: RetuneRecord) -> Grid:
    lead = f"{difference(found.difference, found.low, found.high)} ({interval(found.low, found.high)})"
    rows = (
        ("best settings found now", score(found.new), interval(found.new.low, found.new.high), lead),
        ("settings of the earlier search", score(found.old), interval(found.old.low, found.old.high), ""),
    )
    caption = (
        f"Both trained on the new data and judged on the same test rows; the earlier ones are those of {found.source}."
    )
    return Grid(("", found.new.name, "95 % interval", "lead"), rows, ("left", "right", "right", "right"), caption)


def _tone(low: float, high: float) -> Tone:
    return "good" if low > 0 else "warning" if high < 0 else "plain"


def searched(studied: Studied) -> tuple[Block, ...]:
    """Return every setting that varied, and those that did not."""
    rows = tuple((one.label, one.prior, one.why) for one in studied.study.dimensions)
    fixed = [
        f"{name}: {shown(value)}"
        for section in studied.study.settings.values()
        if isinstance(section, dict)
        for name, value in section.items()
        if value is not None
    ]
    held: tuple[Block, ...] = (Text("Held fixed:", "note"), Lines(tuple(fixed))) if fixed else ()
    return Grid(("setting", "range", "why"), rows), *held


def repeat(studied: Studied) -> tuple[Block, ...]:
    """Return what is needed to do the search, or its best training, again."""
    study, results = studied.study, studied.results
    facts = (
        Fact("command", study.command),
        Fact(
            "best on train and validation",
            results.refit,
            "trains the best settings on both splits, for as many rounds as were best",
        ),
        Fact("run of the best settings", results.run),
        Fact("seed", str(study.seed), "the same seed gives the same trials"),
        Fact("store", study.store),
        Fact("created", study.created),
        Fact("device", study.device),
        Fact("versions", ", ".join(f"{name} {version}" for name, version in (study.versions or {}).items())),
        Fact("time of all trials", seconds(sum(one.seconds for one in studied.trials))),
    )
    return (Facts(tuple(one for one in facts if one.value)),)
