"""The branches of a nursed training."""

from piste.core.nursing import BranchEnd, BranchRecord, NursedRecord
from piste.core.panels import Chart, Grid, Text
from piste.core.records import EpochRecord
from piste.report.panels.branches import branches


def curve(first: int, last: int, loss: float) -> tuple[EpochRecord, ...]:
    return tuple(
        EpochRecord(at, 10 * at, 1.0, loss / at, "accuracy", 0.5, 0.1, 1.0, 1.0) for at in range(first, last + 1)
    )


def branch(name: str, parent: str, epoch: int, change: str, why: str, best: float) -> BranchRecord:
    end = BranchEnd(10 * (epoch + 3), epoch + 3, best, epoch + 3, why)
    return BranchRecord(name, parent, 10 * epoch, epoch, epoch, change, "ada", "2026-11-21T07:30:00Z", {}, 1.0, end)


RECORD = NursedRecord(
    (
        branch("b0", "", 0, "", "changed", 0.33),
        branch("b1", "b0", 3, "rate 0.5x", "left", 0.25),
        branch("b2", "b0", 2, "back 2 dropout 0.1", "epochs", 0.1),
    ),
    "b2", winner="b2", kept="b2", judged=1,
)  # fmt: skip
CURVES = {"b0": curve(1, 3, 1.0), "b1": curve(4, 6, 1.5), "b2": curve(3, 5, 0.5)}


def test_one_branch_alone_is_no_news() -> None:
    assert branches((NursedRecord(RECORD.branches[:1], "b0"), CURVES)) == ()


def test_the_winner_is_said_and_every_branch_is_in_the_table() -> None:
    blocks = branches((RECORD, CURVES))
    assert blocks[0] == Text(
        "Branch b2 won in epoch 5 with a validation loss of 0.1; its network is the one kept.", "lead"
    )
    (grid,) = [one for one in blocks if isinstance(one, Grid)]
    assert [row[:4] for row in grid.rows] == [
        ("b0", "the start", "nothing", "ada"),
        ("b1", "epoch 3 of b0", "rate 0.5x", "ada"),
        ("b2 (won)", "epoch 2 of b0", "back 2 dropout 0.1", "ada"),
    ]
    assert [row[-1] for row in grid.rows] == [
        "a setting was changed", "the training went back", "all planned epochs were done",
    ]  # fmt: skip


def test_curves_begin_where_they_left_their_parent_and_changes_are_marked_there() -> None:
    chart = next(one for one in branches((RECORD, CURVES)) if isinstance(one, Chart))
    rows = chart.spec["data"]["values"]
    assert [row["epoch"] for row in rows if row["series"] == "b2"] == [2, 3, 4, 5]
    assert rows[[row["series"] for row in rows].index("b1")]["value"] == 0.333333
    marks = chart.spec["layer"][-1]["data"]["values"]
    assert [(mark["epoch"], mark["value"], mark["branch"], mark["change"]) for mark in marks] == [
        (3, 0.333333, "b1", "rate 0.5x"),
        (2, 0.5, "b2", "back 2 dropout 0.1"),
    ]


def test_more_than_one_look_at_the_test_split_is_said() -> None:
    twice = NursedRecord(RECORD.branches, "b2", winner="b2", kept="b2", judged=2)
    warning = next(one for one in branches((twice, CURVES)) if isinstance(one, Text) and one.tone == "warning")
    assert "looked at 2 times" in warning.text


def test_a_branch_without_a_validation_yet_is_drawn_without_a_line() -> None:
    record = NursedRecord((*RECORD.branches, branch("b3", "b2", 5, "rate 2x", "", 0.1)), "b3")
    blocks = branches((record, {**CURVES, "b3": ()}))
    assert blocks[0] == Text("The training stands on branch b3.", "lead")
