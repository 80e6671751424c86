"""The branches of a nursed training: what was changed when and by whom, and the curves on top of each other."""

from collections.abc import Callable, Mapping
from typing import Any

from piste.core.nursing import CHANGED, LEFT, BranchRecord, NursedRecord
from piste.core.panels import Align, Block, Chart, Grid, Text
from piste.core.records import EpochRecord
from piste.report import charts
from piste.report.numbers import capitalised, counted, finite, number
from piste.report.panels.learning import thinned, wide
from piste.report.panels.training import ENDINGS

Curves = Mapping[str, tuple[EpochRecord, ...]]
Read = Callable[[EpochRecord], float]


def branches(nursed: tuple[NursedRecord, Curves]) -> tuple[Block, ...]:
    """Return which branch won, the curves of all branches and what was changed; nothing where there is one alone."""
    record, curves = nursed
    if len(record.branches) < 2:
        return ()
    known = [one for curve in curves.values() for one in curve]
    blocks: list[Block] = [Text(_verdict(record), "lead"), *_looks(record)]
    if known:
        metric = known[0].metric
        blocks += [
            _chart(record, curves, "loss on the validation split", lambda one: one.validation_loss),
            _chart(record, curves, f"{metric} on the validation split", lambda one: one.validation_metric),
        ]
    return (*blocks, _table(record, curves))


def _verdict(record: NursedRecord) -> str:
    if not record.winner:
        return f"The training stands on branch {record.present}."
    end = record.branch(record.kept).end
    where = f" in epoch {end.best_epoch} with a validation loss of {number(end.best_loss, 4)}" if end else ""
    return f"Branch {record.winner} won{where}; its network is the one kept."


def _looks(record: NursedRecord) -> tuple[Text, ...]:
    if record.judged < 2:
        return ()
    return (
        Text(
            f"The test split was looked at {record.judged} times, because the run was nursed on after it was judged. "
            "What was decided after a look flatters the scores a little.",
            "warning",
        ),
    )


def _chart(record: NursedRecord, curves: Curves, title: str, read: Read) -> Chart:
    values = [row for branch in record.branches for row in _rows(record, curves, branch, read)]
    log = wide([row["value"] for row in values])
    spec = charts.curves(values, title, None, log)
    marks = [_mark(curves, record, branch, read) for branch in record.branches[1:]]
    spec["layer"] += _changes([mark for mark in marks if mark is not None], title)
    return Chart(
        title=f"{capitalised(title)}{' (logarithmic scale)' if log else ''}, branch by branch",
        description=f"{capitalised(title)} over the epochs of {counted(len(record.branches), 'branch', 'branches')}; "
        "dots mark where each left its parent.",
        spec=spec,
        size="half",
    )


def _rows(record: NursedRecord, curves: Curves, branch: BranchRecord, read: Read) -> list[dict[str, Any]]:
    joint = _joint(curves, record, branch)
    shown = [*([joint] if joint else []), *thinned(curves[branch.name], None)] if curves[branch.name] else []
    return [
        {"epoch": one.epoch, "value": finite(read(one)), "series": branch.name, "text": number(read(one), 4)}
        for one in shown
    ]


def _joint(curves: Curves, record: NursedRecord, branch: BranchRecord) -> EpochRecord | None:
    """Return the validation from which a branch goes on, which may be of its parent's parent."""
    for one in reversed(record.line(branch.name)[:-1]):
        for epoch in curves[one.name]:
            if epoch.step == branch.step:
                return epoch
    return None


def _mark(curves: Curves, record: NursedRecord, branch: BranchRecord, read: Read) -> dict[str, Any] | None:
    joint = _joint(curves, record, branch)
    if joint is None or finite(read(joint)) is None:
        return None
    return {"epoch": joint.epoch, "value": finite(read(joint)), "branch": branch.name, "change": branch.change}


def _changes(marks: list[dict[str, Any]], title: str) -> list[dict[str, Any]]:
    if not marks:
        return []
    place = {"x": charts.axis("epoch", "quantitative", "epoch"), "y": charts.axis("value", "quantitative", title)}
    data = {"values": marks}
    tip = charts.tooltip(branch="branch", change="changed", epoch="epoch")
    dot = {"type": "point", "filled": True, "size": 70, "opacity": 1, "color": "gray"}
    label = {"type": "text", "align": "left", "dx": 6, "dy": -7, "fontSize": 11}
    return [
        {"data": data, "mark": dot, "encoding": {**place, "tooltip": tip}},
        {"data": data, "mark": label, "encoding": {**place, "text": {"field": "branch"}}},
    ]


def _table(record: NursedRecord, curves: Curves) -> Grid:
    align: tuple[Align, ...] = ("left", "left", "left", "left", "left", "right", "right", "right", "left")
    metric = next((curve[0].metric for curve in curves.values() if curve), "metric")
    columns = ("branch", "from", "changed", "by", "when (UTC)", "epochs", "lowest loss", metric, "ended because")
    return Grid(columns, tuple(_row(record, curves, one) for one in record.branches), align)


def _row(record: NursedRecord, curves: Curves, branch: BranchRecord) -> tuple[str, ...]:
    curve = curves[branch.name]
    best = min(curve, key=lambda one: one.validation_loss, default=None)
    return (
        f"{branch.name} (won)" if branch.name == record.winner else branch.name,
        f"epoch {branch.epoch} of {branch.parent}" if branch.parent else "the start",
        branch.change or "nothing",
        branch.by,
        branch.at[:16].replace("T", " "),
        str(len(curve)),
        f"{number(best.validation_loss, 4)} in epoch {best.epoch}" if best else "",
        number(best.validation_metric, 4) if best else "",
        _WHY.get(branch.end.why, ENDINGS.get(branch.end.why, branch.end.why)) if branch.end else "it goes on",
    )


_WHY = {CHANGED: "a setting was changed", LEFT: "the training went back"}
