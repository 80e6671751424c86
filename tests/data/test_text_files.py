import gzip
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from piste.core.errors import DataError
from piste.data.text_files import read_bytes, read_text

TEXT = "name,n\nZoë,1\nMüller,2\n"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-16-le", "without a byte-order mark"),
        ("utf-16-be", "without a byte-order mark"),
        ("latin-1", "Latin-1"),
        ("cp1252", "Latin-1"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, said: str) -> None:
    (tmp_path / "t").write_bytes(TEXT.encode(encoding))
    text = read_text(tmp_path / "t")
    assert text.content == TEXT
    assert said in " ".join(text.notes)
    assert bool(text.notes) is bool(said)
    assert text.plain is (encoding == "utf-8")


def test_packed_text(tmp_path: Path) -> None:
    (tmp_path / "t.gz").write_bytes(gzip.compress(TEXT.encode()))
    assert read_text(tmp_path / "t.gz").content == TEXT
    assert not read_text(tmp_path / "t.gz").plain


@example(b"\xef\xbb\xbf")
@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_give_text_that_is_not_blank_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_bytes(content)
    with suppress(DataError):
        assert read_text(path).content.strip()


def test_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b" \n")
    with pytest.raises(DataError, match="is empty"):
        read_bytes(tmp_path / "t")
