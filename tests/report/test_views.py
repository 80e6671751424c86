"""Which parts a report has, and that neither a damaged file nor a fault in one part takes the others away."""

import re
from collections.abc import Callable
from itertools import zip_longest

import pytest

from piste.core.errors import RunError
from piste.core.panels import Block, Chart, Grid, Panel, Text
from piste.core.runs import DATA, EVALUATION, METRICS, RUN, RunFolder
from piste.report import panels_of
from piste.report.records import View, read
from piste.report.views import VIEWS, drawn

RunOf = Callable[[str], RunFolder]

ALWAYS = {"result", "settings", "repeat"}
TRAINED = ALWAYS | {"baselines", "scores", "learning", "training", "data", "notes", "features"}
PARTS = {
    "two_class": TRAINED | {"confusion", "calibration", "wrong"},
    "ten_classes": TRAINED | {"confusion", "calibration", "wrong"},
    "hundred_classes": TRAINED | {"confusion", "calibration", "wrong"},
    "regression": TRAINED | {"residuals", "wrong"},
    "multi_label": TRAINED | {"labels"},
    "pictures": TRAINED | {"augmented", "confusion", "calibration", "wrong"},
    "unfinished": ALWAYS | {"learning", "data", "notes", "features"},
    "failed": ALWAYS,
    "diverged": TRAINED - {"scores"},
}


def first_banners(folder: RunFolder) -> list[Text]:
    return [block for block in panels_of(folder)[0].blocks if isinstance(block, Text) and block.tone != "lead"]


@pytest.mark.parametrize("kind", sorted(PARTS))
def test_a_report_has_the_parts_whose_records_are_there(run_of: RunOf, kind: str) -> None:
    assert {panel.name for panel in panels_of(run_of(kind))} == PARTS[kind]


def test_no_part_of_any_kind_of_run_fails(folder: RunFolder) -> None:
    texts = [block.text for panel in panels_of(folder) for block in panel.blocks if isinstance(block, Text)]
    assert not [text for text in texts if "could not be drawn" in text]


def test_the_answer_comes_first_and_addresses_are_unique(folder: RunFolder) -> None:
    names = [panel.name for panel in panels_of(folder)]
    assert names[0] == "result"
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]+", name) for name in names)


def test_every_chart_has_a_sentence_and_a_table_of_its_numbers(folder: RunFolder) -> None:
    for panel in panels_of(folder):
        for block, after in zip_longest(panel.blocks, panel.blocks[1:]):
            if isinstance(block, Chart):
                numbers = block.numbers or after
                assert block.description
                assert isinstance(numbers, Grid), block.title
                assert numbers.rows, block.title


def test_every_table_is_rectangular(folder: RunFolder) -> None:
    blocks = [block for panel in panels_of(folder) for block in panel.blocks]
    tables = [one for block in blocks for one in (block, getattr(block, "numbers", None)) if isinstance(one, Grid)]
    for table in tables:
        assert {len(row) for row in table.rows} <= {len(table.columns)}
        assert len(table.align) in (0, len(table.columns))


def test_an_unfinished_and_a_failed_run_say_so_before_anything_else(run_of: RunOf) -> None:
    (unfinished, *_), (failed, *_) = first_banners(run_of("unfinished")), first_banners(run_of("failed"))
    assert unfinished.tone == "warning"
    assert "has not finished" in unfinished.text
    assert failed.tone == "bad"
    assert "Row 81 of census.csv has 7 fields, expected 6." in failed.text


def test_a_diverged_training_is_said_first(run_of: RunOf) -> None:
    banner = first_banners(run_of("diverged"))[0]
    assert banner.tone == "bad"
    assert "after epoch 6" in banner.text
    assert "epoch 5 were kept" in banner.text


@pytest.mark.parametrize(
    ("file", "lost"), [(DATA, {"data", "features"}), (EVALUATION, {"scores", "baselines"}), (METRICS, {"learning"})]
)
def test_a_damaged_file_becomes_a_warning_that_names_it(run_of: RunOf, file: str, lost: set[str]) -> None:
    folder = run_of("two_class")
    folder.file(file).write_bytes(b'{"rows": tru\n')
    names = {panel.name for panel in panels_of(folder)}
    assert not names & lost
    assert {"result", "settings", "repeat"} <= names
    assert any(file in banner.text and banner.tone == "warning" for banner in first_banners(folder))


def test_a_damaged_run_file_is_refused(run_of: RunOf) -> None:
    folder = run_of("two_class")
    folder.file(RUN).write_bytes(b"{}")
    with pytest.raises(RunError, match=r"run\.json is damaged"):
        panels_of(folder)


def test_a_fault_in_one_part_is_shown_in_its_place(run_of: RunOf) -> None:
    def broken(run: object) -> tuple[Block, ...]:
        raise ZeroDivisionError("of a count")

    records = read(run_of("failed"))
    first, *rest = drawn(records, (View("broken", "Broken", ("run",), broken), *VIEWS))
    assert isinstance(first, Panel)
    (block,) = first.blocks
    assert isinstance(block, Text)
    assert block.tone == "warning"
    assert "ZeroDivisionError: of a count" in block.text
    assert {panel.name for panel in rest} == ALWAYS
