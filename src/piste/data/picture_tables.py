"""Tables that hold encoded pictures in a column, as Parquet files of the Hugging Face hub do."""

from collections.abc import Mapping, Sequence

from piste.core.errors import DataError
from piste.data.columns import IMAGE, LABEL, RawTable
from piste.data.pictures import decode, encoded_column
from piste.data.reading import Wanted
from piste.data.values import Column

_LABELS = ("label", "labels", "fine_label", "class", "target", "category")


def table_with_pictures(
    name: str,
    source: str,
    columns: Mapping[str, Column],
    encoded: Mapping[str, Sequence[object]],
    wanted: Wanted,
    class_names: tuple[str, ...] = (),
) -> RawTable:
    """Return the table of `columns` and of one column of bytes, which is decoded and called "image".

    The column beside it that has the files' names (".path" for ".bytes") gives the rows' names; the first one
    called label, labels, class or the like is called "label" and is the target. Raises `DataError` for two
    columns of pictures or none, and names the row of a damaged one.
    """
    if len(encoded) != 1:
        raise DataError(f"{source} has several columns of encoded pictures ({', '.join(encoded)}); one was expected.")
    ((column, values),) = encoded.items()
    rest = dict(columns)
    paths = rest.pop(column.removesuffix("bytes") + "path", None) if column.endswith(".bytes") else None
    pixels, notes = decode(encoded_column(values, lambda row: f"{source}, row {row + 1} ({column})"), wanted)
    label = next((one for one in _LABELS if one in rest), None)
    renamed = {LABEL if one == label else one: value for one, value in rest.items() if one != IMAGE}
    return RawTable(
        name=name,
        source=source,
        rows=len(pixels),
        columns={IMAGE: pixels, **renamed},
        target=LABEL if label else None,
        class_names=class_names,
        notes=notes,
        row_names=tuple(map(str, paths)) if paths is not None and all(paths) else (),
    )
