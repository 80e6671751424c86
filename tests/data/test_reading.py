from pathlib import Path

import numpy as np

from piste.data.columns import IMAGE, RawTable
from piste.data.reading import Wanted, count, unreadable
from piste.data.settings import DataSettings


def test_counts_with_their_noun() -> None:
    assert [count(1, "row"), count(2000, "row"), count(0, "class", "classes")] == ["1 row", "2,000 rows", "0 classes"]


def test_the_shape_of_earlier_pictures() -> None:
    pictures = RawTable("t", "t", 1, {IMAGE: np.zeros((1, 5, 4, 3), np.uint8)})
    words = RawTable("t", "t", 1, {IMAGE: np.array(["a.png"], object)})
    assert Wanted(DataSettings(), like=pictures).image_shape == (5, 4, 3)
    assert Wanted(DataSettings(), like=words).image_shape is None
    assert Wanted(DataSettings()).image_shape is None


def test_only_the_first_line_of_a_library_is_evidence() -> None:
    error = unreadable(Path("t.parquet"), "Parquet", ValueError("bad magic.\nTraceback\n more"))
    assert str(error) == "t.parquet could not be read as Parquet: bad magic. The file may be damaged or cut short."
    assert "EOFError" in str(unreadable(Path("t"), "gz", EOFError()))
