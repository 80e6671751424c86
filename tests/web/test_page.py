"""The document and its files: landmarks, one language file, and no address of anybody else."""

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from piste.web.catalogue import LANGUAGES, catalogue

Open = Callable[..., Any]
ROOT = Path(__file__).parents[2]
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


SOURCES = [*(ROOT / "frontend" / "web").rglob("*.*"), *(ROOT / "src/piste/web/assets").glob("label.*")]
BUILT = [path for path in ASSETS.iterdir() if re.fullmatch(r"main\.(js|css)|\w+-[A-Z0-9]{8}\.js", path.name)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_script_or_style_has_a_foreign_address_or_makes_markup_of_texts(path: Path) -> None:
    content = path.read_text("utf-8")
    assert not re.search(r"https?://|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", content)


def test_what_is_built_names_no_address_but_namespaces() -> None:
    assert {"main.js", "main.css"} <= {path.name for path in BUILT}
    for path in BUILT:
        addresses = re.findall(r"https?://[^\s\"'`)]+", path.read_text("utf-8"))
        assert {one for one in addresses if not one.startswith("http://www.w3.org/")} == set(), path.name
        assert not re.search(r"\beval\(|new Function\(", path.read_text("utf-8")), path.name


def test_every_sentence_that_is_said_is_in_the_catalogue_and_used() -> None:
    scripts = "".join(path.read_text("utf-8") for path in SOURCES)
    said = set(re.findall(r"""say\(['"]([a-z-]+)['"]""", scripts))
    assert said <= set(catalogue())
    used = set(re.findall(r"""['"`]([a-z0-9]+(?:-[a-z0-9]+)*)['"`]""", scripts))
    begun = tuple(re.findall(r"`([a-z]+(?:-[a-z]+)*-)\$\{", scripts))  # `column-${name}`
    frame = ("label-title", "label-skip-link", "main-title", "main-skip-link", "without-script")
    for name in catalogue():
        assert name in used or name in frame or name.startswith(begun), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_sentences_with_the_same_places(language: str) -> None:
    english, other = catalogue(), catalogue(language)
    assert list(other) == list(english)
    for name, sentence in other.items():
        assert set(re.findall(r"\{\w+\}", sentence)) == set(re.findall(r"\{\w+\}", english[name])), name


def test_chinese_is_chinese() -> None:
    written = [text for name, text in catalogue("zh").items() if not re.search(r"[\u4e00-\u9fff]", text)]
    assert set(written) <= {"Piste", "Python", "L1", "L2", "{shown} / {total}"}


@pytest.mark.parametrize(
    ("header", "cookie", "language"),
    [
        ("", "", "en"),
        ("de-DE,de;q=0.9", "", "en"),
        ("zh-CN,zh;q=0.9", "", "zh"),
        ("de,zh;q=0.5", "", "zh"),
        ("zh", "en", "en"),
        ("en", "zh", "zh"),
        ("zh", "../x", "zh"),
    ],
)
def test_the_page_speaks_what_the_person_chose_or_the_browser_asks_for(
    visit: Open, header: str, cookie: str, language: str
) -> None:
    headers = {"accept-language": header, **({"cookie": f"piste-language={cookie}"} if cookie else {})}
    text = visit().client.get("/a-token-for-tests/label", headers=headers).text
    assert f'<html lang="{language}">' in text


def test_the_catalogue_cannot_break_out_of_its_element(visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("starlette", reason="the extra web is not installed")
    from piste.web import page

    monkeypatch.setattr(page, "all_texts", lambda language: {**catalogue(), "label-title": "</script><script>alert(1)"})
    inside = re.search(r'id="texts">(.*)</script>\n<script', page.page("label"))
    assert inside is not None
    assert "<" not in inside[1]
