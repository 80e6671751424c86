"""The trials as a table, what went wrong in some, what was searched, and how to do it again."""

from collections import Counter

from piste.core.panels import Align, Block, Fact, Facts, Grid, Lines, Text, Tone
from piste.core.studied import MadeRecord, RetuneRecord, Studied
from piste.core.studies import TrialStatus
from piste.report.numbers import counted, difference, interval, number, score, seconds
from piste.report.panels.settings import holds, shown

LISTED = 25


def best_settings(studied: Studied) -> tuple[Block, ...]:
    """Return the best trial's settings beside what was searched."""
    best = studied.best
    if best is None:
        return ()
    rows = tuple(
        (one.label, shown(best.settings[one.name]), one.usual, one.prior, one.why)
        for one in studied.study.dimensions
        if one.name in best.settings and holds(one.conditions, best.settings)
    )
    return (_without_empty(("setting", "best", "usual", "searched", "why"), rows),)


def _without_empty(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Grid:
    """Return the table without the columns in which no row has anything."""
    kept = [at for at in range(len(columns)) if any(row[at] for row in rows)]
    return Grid(tuple(columns[at] for at in kept), tuple(tuple(row[at] for at in kept) for row in rows))


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


def made(studied: Studied) -> tuple[Block, ...]:
    """Return the ensemble, and the best settings trained on more rows, beside the run of the best settings."""
    results = studied.results
    blocks: list[Block] = []
    for found, title in (
        (results.ensemble, "ensemble of {} networks"),
        (results.refit, "trained on validation rows too"),
    ):
        if found is not None:
            lines = Fact("made again by", found.command), Fact("answers with it", f"piste predict {found.folder} DATA")
            answers = Facts(tuple(one for one in lines if one.value))
            blocks += [Text(found.verdict, _tone(found.low, found.high)), _beside(found, title), answers]
    return tuple(blocks)


def _beside(found: MadeRecord, title: str) -> Grid:
    lead = f"{difference(found.difference, found.low, found.high)} ({interval(found.low, found.high)})"
    rows = (
        (title.format(len(found.members)), score(found.score), interval(found.score.low, found.score.high), lead),
        ("best settings, trained once", score(found.single), interval(found.single.low, found.single.high), ""),
    )
    several = f" Answers of trials {', '.join(map(str, found.members))} are averaged." if len(found.members) > 1 else ""
    caption = f"On the same test rows; the lead has its paired bootstrap interval.{several}"
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
    rows = tuple((one.label, one.prior, one.usual, one.why) for one in studied.study.dimensions)
    fixed = [
        f"{name}: {shown(value)}"
        for section in studied.study.settings.values()
        if isinstance(section, dict)
        for name, value in section.items()
        if value is not None
    ]
    held: tuple[Block, ...] = (Text("Held fixed:", "note"), Lines(tuple(fixed))) if fixed else ()
    return _without_empty(("setting", "range", "usual", "why"), rows), *held


def repeat(studied: Studied) -> tuple[Block, ...]:
    """Return what is needed to do the search, or its best training, again."""
    study, results = studied.study, studied.results
    facts = (
        Fact("command", study.command),
        Fact("run of the best settings", results.run),
        Fact("trained again by", results.again),
        Fact("seed", str(study.seed), "the same seed gives the same trials"),
        Fact("store", study.store),
        Fact("created", study.created),
        Fact("device", study.device),
        Fact("versions", ", ".join(f"{name} {version}" for name, version in (study.versions or {}).items())),
        Fact("time of all trials", seconds(sum(one.seconds for one in studied.trials)), "in training alone"),
    )
    return (Facts(tuple(one for one in facts if one.value)),)
