import io

import numpy as np
import pytest
from PIL import Image

from piste.core.errors import DataError
from piste.data.columns import IMAGE, LABEL
from piste.data.picture_tables import table_with_pictures
from piste.data.reading import Wanted
from piste.data.settings import DataSettings

WANTED = Wanted(DataSettings())


def encoded(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (3, 2), shade).save(file, "PNG")
    return file.getvalue()


def test_the_label_is_found_and_other_columns_stay() -> None:
    columns = {"age": np.array([1, 2]), "fine_label": np.array([4, 5])}
    table = table_with_pictures("t", "t", columns, {"img": [encoded(7), encoded(8)]}, WANTED)
    assert list(table.columns) == [IMAGE, "age", LABEL]
    assert table.columns[IMAGE][:, 0, 0, 0].tolist() == [7, 8]
    assert table.columns[LABEL].tolist() == [4, 5]


def test_pictures_without_a_label_have_no_target() -> None:
    assert table_with_pictures("t", "t", {}, {"img.bytes": [encoded(7)]}, WANTED).target is None


def test_file_names_are_row_names_where_all_are_there() -> None:
    for paths, expected in ((["a.png", "b.png"], ("a.png", "b.png")), (["a.png", None], ())):
        columns = {"img.path": np.array(paths, object)}
        table = table_with_pictures("t", "t", columns, {"img.bytes": [encoded(1), encoded(2)]}, WANTED)
        assert table.row_names == expected
        assert list(table.columns) == [IMAGE]


def test_a_damaged_picture_is_named_by_its_row() -> None:
    with pytest.raises(DataError, match=r"t, row 2 \(img\) is damaged or cut short"):
        table_with_pictures("t", "t", {}, {"img": [encoded(7), encoded(7)[:-30]]}, WANTED)
