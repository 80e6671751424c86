"""The document and its files: landmarks, one language file, and no address of anybody else."""

import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from piste.web.catalogue import catalogue

Open = Callable[..., Any]
ASSETS = files("piste.web").joinpath("assets")


def test_the_document_has_its_landmarks_and_loads_only_its_own_files(visit: Open) -> None:
    page = visit()
    text = page.get("label").text
    for part in ('<html lang="en">', "<header", "<main", "<footer", 'role="alert"', "<noscript>", 'class="skip"'):
        assert part in text
    loaded = re.findall(r'(?:src|href)="([^"#]+)"', text)
    assert {"assets/page.css", "assets/label.css", "assets/label.js"} <= set(loaded)
    for place in loaded:
        assert place == "data:," or page.get(place).status_code == 200
    assert not re.search(r"https?://|<style|style=|onclick=", text)


@pytest.mark.parametrize(
    ("name", "kind"), [("page.css", "text/css"), ("label.css", "text/css"), ("page.js", "text/javascript")]
)
def test_files_have_their_kind(visit: Open, name: str, kind: str) -> None:
    assert visit().get(f"assets/{name}").headers["content-type"].startswith(kind)


@pytest.mark.parametrize("name", ["page.html", "../page.py", "..%2fpage.py", "en.json", ""])
def test_no_other_file_can_be_had(visit: Open, name: str) -> None:
    assert visit().get(f"assets/{name}").status_code == 404


def test_no_script_or_style_has_a_foreign_address_or_makes_markup_of_texts() -> None:
    for path in ASSETS.iterdir():
        content = path.read_text("utf-8")
        assert not re.search(r"https?://|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", content), path


def test_every_sentence_is_in_the_catalogue_and_used() -> None:
    scripts = "".join(path.read_text("utf-8") for path in ASSETS.iterdir())
    used = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', scripts))
    frame = {"title", "skip-link", "without-script"}
    assert set(catalogue()) - frame <= used
    said = set(re.findall(r'say\("([a-z-]+)"', scripts))
    assert said <= set(catalogue())
    for sentence in catalogue().values():
        assert sentence.count("{") == sentence.count("}")


def test_the_catalogue_cannot_break_out_of_its_element(visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("starlette", reason="the extra web is not installed")
    from piste.web import page

    monkeypatch.setattr(page, "catalogue", lambda language: {**catalogue(), "title": "</script><script>alert(1)"})
    inside = re.search(r'id="texts">(.*)</script>\n<script', page.page("label"))
    assert inside is not None
    assert "<" not in inside[1]
