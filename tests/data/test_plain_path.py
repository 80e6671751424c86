from pathlib import Path

import pytest

from piste.data.plain_path import plain_path


def test_a_plain_name_is_handed_on(tmp_path: Path) -> None:
    with plain_path(tmp_path / "a b.csv") as path:
        assert path == tmp_path / "a b.csv"


@pytest.mark.parametrize("links", [True, False])
def test_signs_of_patterns_are_avoided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    if not links:
        monkeypatch.setattr(Path, "symlink_to", refuse)
    (tmp_path / "a*[1]?.csv").write_text("x")
    with plain_path(tmp_path / "a*[1]?.csv") as path:
        assert not set(str(path)) & set("*?[]{}:")
        assert path.suffix == ".csv"
        assert path.read_text() == "x"
    assert not path.exists()
