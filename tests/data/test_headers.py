from pathlib import Path

import numpy as np
import pytest

from piste.core.errors import DataError
from piste.data.columns import RawTable
from piste.data.headers import column_names, is_made_up, lent_names, refuse_equal_names
from piste.data.reading import Wanted
from piste.data.settings import DataSettings


def like(*names: str, target: str | None = None) -> RawTable:
    return RawTable("t", "t", 1, dict.fromkeys(names, np.zeros(1)), target=target)


def test_names_are_lent_with_the_target_or_without() -> None:
    assert lent_names(like("a", "b", "y", target="y"), 3) == ["a", "b", "y"]
    assert lent_names(like("a", "b", "y", target="y"), 2) == ["a", "b"]
    assert lent_names(like("a", "y", "z", target="y,z"), 1) == ["a"]
    assert lent_names(like("a", "b", "y", target="y"), 4) is None
    assert lent_names(None, 2) is None


def test_columns_without_a_name_get_one() -> None:
    names, has_header, notes = column_names(
        Path("t.csv"), ["a", "", "c"], [["1", "2", "3"]], Wanted(DataSettings(header=True))
    )
    assert (names, has_header) == (["a", "column_2", "c"], True)
    assert notes == ("Column 2 of t.csv has no name; it is called column_2.",)


def test_a_header_of_another_order_is_recognised() -> None:
    wanted = Wanted(DataSettings(), like=like("1", "2", "3"))
    assert column_names(Path("t.csv"), ["3", "1"], [["5", "6"]], wanted)[:2] == (["3", "1"], True)


def test_equal_names_are_refused_with_their_places() -> None:
    with pytest.raises(DataError, match=r"called 'a' \(columns 2 and 4\)"):
        refuse_equal_names("t", ["b", "a", "c", "a"])


def test_made_up_names() -> None:
    assert is_made_up("column_12")
    assert not is_made_up("column_x")
    assert not is_made_up("age")
