"""Views in a page, in a notebook, as text and as JSON; what is listed is drawn and documented."""

import dataclasses
from pathlib import Path

import msgspec
import pytest

from piste.core.records import encode
from piste.core.views import DATA, read_view
from piste.recipe.run import Run
from piste.recipe.view import view
from piste.recipe.view_list import VIEWS
from piste.recipe.view_options import ViewOptions
from piste.report.view import DRAWN

ROOT = Path(__file__).parents[2]


def test_every_view_is_drawn_has_a_record_and_a_place_in_the_docs() -> None:
    names = [kind.name for kind in VIEWS]
    assert sorted(names) == sorted(DRAWN) == sorted(DATA)
    page = (ROOT / "docs" / "views.md").read_text(encoding="utf-8")
    fields = {field.name for field in dataclasses.fields(ViewOptions)}
    read = {name for kind in VIEWS for name in kind.options}
    assert read == fields
    for kind in VIEWS:
        assert f"`{kind.name}`" in page
    for name in fields:
        assert f"--{name}" in page


def test_a_view_is_a_frame_in_a_notebook_and_survives_json(iris: Run, tmp_path: Path) -> None:
    shown = view(iris, "embedding", keep=True)
    assert shown._repr_html_().startswith("<iframe srcdoc=")
    assert "&lt;!doctype html&gt;" in shown._repr_html_().lower()
    assert "The last hidden layer as a map" in shown.text()
    shown.write(tmp_path / "seen.html")
    assert (tmp_path / "seen.html").read_text(encoding="utf-8") == shown.html()
    kept = iris.path / "view-embedding.json"
    assert read_view(kept.read_bytes()) == shown.record == read_view(encode(shown.record))
    assert (iris.path / "view-embedding.html").is_file()
    kept.unlink()
    (iris.path / "view-embedding.html").unlink()
    assert repr(shown).startswith("View('embedding' of")


def test_what_is_no_view_is_not_read() -> None:
    with pytest.raises(msgspec.ValidationError, match="there is no view called 'x'"):
        read_view(b'{"name": "x"}')
