"""Views of a network are listed and shown from their files."""

from pathlib import Path

import pytest
from tests.web.samples import surface

from piste.core.errors import RunError
from piste.core.runs import RunFolder
from piste.core.views import SurfaceRecord
from piste.web.views import Views


def test_a_surface_comes_with_its_numbers_and_its_figure(shown: Path) -> None:
    folder = RunFolder(shown / "two_class")
    assert Views().names(folder) == ["surface"]
    content = Views().content(folder, "surface")
    assert isinstance(content["data"], SurfaceRecord)
    assert len(content["data"].losses) == 17
    assert content["parts"][0].blocks


@pytest.mark.parametrize("name", ["", "none", "../run", "surface.json", "surface/../surface", "x" * 99])
def test_a_view_that_there_is_not_is_said(shown: Path, name: str) -> None:
    with pytest.raises(RunError, match="has no view"):
        Views().content(RunFolder(shown / "two_class"), name)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"name": "surface"}', b'{"name": "surface", "data": {"x": 1}}']
)
def test_a_damaged_view_is_said(tmp_path: Path, content: bytes) -> None:
    folder = RunFolder(tmp_path)
    folder.write(surface("a"), "view-surface.json")
    (tmp_path / "view-surface.json").write_bytes(content)
    with pytest.raises(RunError, match=r"view-surface\.json is damaged"):
        Views().content(folder, "surface")
