"""Folders of texts."""

from pathlib import Path

import pytest

from piste.core.errors import DataError
from piste.core.records import Kind, Task
from piste.data.dataset import load, read_new
from piste.data.encoding import Encoding, Reading, fit_encoding
from piste.data.settings import DataSettings
from piste.data.sources import read_table


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    for name in ("ham", "spam"):
        (tmp_path / "mail" / name).mkdir(parents=True)
        for number in range(20):
            text = f"{name} {number}\n" * (number % 3 + 1)
            (tmp_path / "mail" / name / f"{number:02}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "mail" / "ham" / "00.txt").write_bytes("caf\xe9 ham".encode("latin-1"))
    (tmp_path / "mail" / "ham" / "01.txt").write_bytes(b" \n")
    return tmp_path / "mail"


def test_the_folder_says_the_class(letters: Path) -> None:
    table = read_table(letters, DataSettings())
    assert table.rows == 40
    assert (table.columns["text"][0], table.columns["text"][1]) == ("café ham", None)
    assert table.columns["label"].tolist() == ["ham"] * 20 + ["spam"] * 20
    assert table.row_names[20] == "spam/00.txt"
    assert table.notes == (f"1 file of {letters} had another encoding than UTF-8, which was found out.",)


def test_short_texts_are_texts_and_new_ones_are_read_alike(letters: Path, tmp_path: Path) -> None:
    dataset = load(letters, DataSettings())
    assert [one.kind for one in dataset.record.features] == [Kind.TEXT]
    assert dataset.record.target.task is Task.TWO_CLASS
    encoding = fit_encoding(dataset, reading=Reading(unit="words"))
    encoding = Encoding.from_json(encoding.to_json())
    assert encoding.input_shape == (6,)
    known = letters / "spam" / "07.txt"
    one = read_new(known, encoding, DataSettings(), labelled=False)
    expected = encoding.inputs([column.take(one.origin + 27) for column in dataset.used])
    assert encoding.inputs(one.columns).tolist() == expected.tolist()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.txt").write_text("spam")
    assert read_new(tmp_path / "new", encoding, DataSettings(), labelled=False).row_names == ("a.txt",)
    assert read_new(letters, encoding, DataSettings(), labelled=True).values is not None


def test_split_folders_are_kept(letters: Path) -> None:
    (letters.parent / "split").mkdir()
    letters.rename(letters.parent / "split" / "train")
    (letters.parent / "split" / "test" / "ham").mkdir(parents=True)
    (letters.parent / "split" / "test" / "ham" / "new.txt").write_text("ham ham")
    assert read_table(letters.parent / "split", DataSettings()).splits["test"].tolist() == [0]


def test_a_text_beside_the_class_folders_is_said(letters: Path) -> None:
    (letters / "readme.txt").write_text("what this is")
    assert read_table(letters, DataSettings()).rows == 40
    bare = letters.parent / "train-test"
    for split in ("train", "test"):
        (bare / split).mkdir(parents=True)
        (bare / split / "a.txt").write_text("a text")
    with pytest.raises(DataError, match=r"a\.txt in .* lies in no class folder"):
        read_table(bare, DataSettings())
