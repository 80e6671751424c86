"""Tables on a terminal."""

from piste.core.panels import Grid
from piste.report.plain_tables import shortened, table


def test_words_share_the_room_that_figures_leave() -> None:
    grid = Grid(
        ("what", "why", "n"), (("rate", "as is usual for nets of this size", "1,234"),), ("left", "left", "right")
    )
    assert table(grid, 30) == [
        "what  why                    n",
        "----  -----------------  -----",
        "rate  as is usual for    1,234",
        "      nets of this size",
    ]


def test_a_table_too_wide_is_written_row_by_row() -> None:
    names = tuple(f"feature {at}" for at in range(9))
    grid = Grid(names, ((*(f"value {at}" for at in range(8)), ""),))
    lines = table(grid, 40)
    assert lines[0] == "- feature 0: value 0; feature 1: value"
    assert all(len(line) <= 40 for line in lines)
    assert "feature 8" not in " ".join(lines)


def test_a_long_table_keeps_its_ends_and_says_what_it_left_out() -> None:
    grid = Grid(("n",), tuple((str(at),) for at in range(1000)), caption="Counted.")
    short = shortened(grid, 5)
    assert [row[0] for row in short.rows] == ["0", "249", "499", "749", "999"]
    assert short.caption == "Counted. 5 of 1,000 rows are shown here, evenly taken."
    assert shortened(grid, 1000) is grid
