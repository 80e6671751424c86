"""Panels survive being written and read, whatever text is in them."""

from hypothesis import given
from hypothesis import strategies as st

from piste.core.panels import Block, Chart, Fact, Facts, Grid, Lines, Panel, Picture, Pictures, Text
from piste.core.records import decode, encode

words = st.text(st.characters(codec="utf-8"), max_size=12)
grids = st.builds(
    Grid, st.tuples(words, words), st.lists(st.tuples(words, words), max_size=3).map(tuple), st.just(("left", "right"))
)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Text, words, st.sampled_from(("plain", "lead", "good", "warning", "bad", "note"))),
    st.builds(Lines, st.lists(words, max_size=3).map(tuple)),
    st.builds(Facts, st.lists(st.builds(Fact, words, words, words), max_size=3).map(tuple), st.booleans()),
    grids,
    st.builds(Chart, words, words, st.dictionaries(words, st.integers() | words | st.none(), max_size=3), grids),
    st.builds(Pictures, st.lists(st.builds(Picture, words, words), max_size=2).map(tuple)),
)


@given(st.lists(st.builds(Panel, words, words, st.lists(blocks, max_size=4).map(tuple)), max_size=3).map(tuple))
def test_panels_are_read_as_they_were_written(panels: tuple[Panel, ...]) -> None:
    assert decode(encode(panels), tuple[Panel, ...]) == panels


def test_each_kind_of_block_says_which_it_is() -> None:
    made = (Text("a"), Lines(()), Facts(()), Grid((), ()), Chart("a", "b", {}), Pictures(()))
    names = [decode(encode(block), dict)["block"] for block in made]
    assert names == ["text", "lines", "facts", "grid", "chart", "pictures"]
