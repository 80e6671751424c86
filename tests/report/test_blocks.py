"""Each kind of block as HTML."""

import pytest

from piste.core.panels import Block, Chart, Fact, Facts, Grid, Lines, Picture, Pictures, Text
from piste.report.blocks import drawn
from piste.report.charts import Spec
from piste.report.elements import written


def shown(*blocks: Block) -> str:
    return "".join(map(written, drawn(blocks, [])))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (Text("a < b", "note"), '<p class="note">a &lt; b</p>'),
        (Lines(("a", "b")), "<ul><li>a</li><li>b</li></ul>"),
        (
            Facts((Fact("a", "1", "why"), Fact("b", "2")), large=True),
            '<dl class="headline"><div><dt>a</dt><dd class="value">1</dd><dd class="note">why</dd></div>'
            '<div><dt>b</dt><dd class="value">2</dd></div></dl>',
        ),
        (
            Pictures((Picture("AAAA", 'a "cat"', ("one", "two")),)),
            '<ul class="pictures"><li><img src="data:image/png;base64,AAAA" alt="a &quot;cat&quot;">'
            "<span>one</span><span>two</span></li></ul>",
        ),
    ],
    ids=["text", "lines", "facts", "pictures"],
)
def test_a_block_is_written(block: Block, expected: str) -> None:
    assert shown(block) == expected


def test_a_table_names_its_columns_and_rows() -> None:
    found = shown(Grid(("name", "size"), (("a", "1"),), ("left", "right"), "What it is"))
    assert '<th scope="col" class="right">size</th>' in found
    assert '<th scope="row" class="left">a</th><td class="right">1</td>' in found
    assert 'aria-label="What it is"' in found
    assert '<p class="note">What it is</p>' in found


def test_a_folded_table_is_behind_its_caption() -> None:
    found = shown(Grid(("name",), (("a",),), caption="All of them", folded=True))
    assert found.startswith("<details><summary>All of them</summary>")


def test_neighbouring_charts_share_a_place_and_are_numbered() -> None:
    specs: list[Spec] = []
    charts = [Chart(name, name, {"mark": name}, size="half") for name in "abc"]
    elements = drawn([charts[0], charts[1], Text("between"), charts[2]], specs)
    assert [one.tag for one in elements] == ["div", "p", "div"]
    assert [len(one.findall("figure")) for one in elements] == [2, 0, 1]
    assert [spec["mark"] for spec in specs] == ["a", "b", "c"]
    assert 'data-chart="2"' in written(elements[2])


def test_a_chart_has_its_numbers_behind_it() -> None:
    found = shown(Chart("Loss", "It falls.", {}, Grid(("epoch", "loss"), (("1", "0.5"),))))
    assert 'role="img" aria-label="It falls."' in found
    assert "<details><summary>Numbers</summary>" in found
