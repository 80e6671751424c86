from pathlib import Path

import numpy as np
import pytest

from piste.core.errors import DataError
from piste.data.delimited import read_delimited
from piste.data.reading import Wanted
from piste.data.settings import DataSettings
from piste.data.stream_sources import ParquetRows
from piste.data.stream_text import to_parquet

WANTED = Wanted(DataSettings())
LINES = [f'{index * 0.37:.4f};{" " if index % 5 == 0 else "x y"};"a;{index}"' for index in range(1500)]


def test_cells_are_those_of_a_file_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["n;word;quoted", *LINES]) + "\n")
    made, _ = to_parquet([path], tmp_path, WANTED)
    streamed = ParquetRows(made, (made,)).read(np.arange(1500), WANTED)
    whole = read_delimited(path, WANTED)
    assert list(streamed.columns) == list(whole.columns)
    np.testing.assert_allclose(streamed.columns["n"].astype(float), whole.columns["n"].astype(float))
    assert streamed.columns["word"].tolist() == whole.columns["word"].tolist()
    assert streamed.columns["quoted"].tolist() == whole.columns["quoted"].tolist()


def test_a_word_far_down_among_numbers_keeps_the_column_text(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    paths[0].write_text("n,m\n" + "".join(f"{index * 0.1:.3f},1\n" for index in range(2000)))
    paths[1].write_text("n,m\nmuch,2\n")
    made, _ = to_parquet(paths, tmp_path, WANTED)
    table = ParquetRows(made, (made,)).read(np.array([1, 2000]), WANTED)
    assert table.columns["n"].tolist() == ["0.100", "much"]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"a,b\n\xff\xfe,1\n2,3\n", "not UTF-8"), (b"a,b\n1,2\n3,4\n5,6,7,8\n", "could not be read")],
)
def test_a_file_that_is_not_plain_text_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        to_parquet([path], tmp_path, WANTED)
