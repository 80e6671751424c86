"""Every route answers, whatever is asked of it and whatever the folder holds."""

import json
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.samples import KINDS, MARKUP, compared

from piste.core.runs import DATA, METRICS, RUN

Ask = Callable[..., Any]
OF_A_RUN = (
    "",
    "/curves",
    "/parts",
    "/findings",
    "/data",
    "/layers",
    "/views",
    "/views/surface",
    "/predictions",
    "/nurse",
)
LISTED = {"api/entries", "api/texts/en", "api/texts/zh", "", "api/studies/search", "api/studies/search/parts"}


def test_every_part_of_every_run_is_shown(shown: Path, ask: Ask) -> None:
    page = ask(shown)
    for place in (*LISTED, *(f"api/runs/{kind}{part}" for kind in KINDS for part in OF_A_RUN)):
        answer = page.get(place)
        lacks = answer.status_code == 404 and re.search(r"(view|predictions yet|prediction)", answer.json()["error"])
        assert answer.status_code == 200 or lacks, (place, answer.text)


def test_a_runs_head_has_its_settings_and_not_its_pictures(shown: Path, ask: Ask) -> None:
    head = ask(shown).get("api/runs/pictures").json()
    assert head["training"]["best_epoch"] == 25
    assert "augmented" not in head["training"]
    assert head["choices"][1]["origin"] == "command"
    assert {RUN, DATA, METRICS} <= set(head["files"])


def test_parts_are_those_of_the_report_that_have_no_panel_of_their_own(shown: Path, ask: Ask) -> None:
    parts = {part["name"]: part for part in ask(shown).get("api/runs/two_class/parts").json()}
    assert {"result", "baselines", "confusion", "calibration", "repeat"} <= set(parts)
    assert not {"learning", "lint", "settings", "features"} & set(parts)
    assert parts["confusion"]["blocks"]


def test_findings_are_told_in_the_language_that_is_asked_for(shown: Path, ask: Ask) -> None:
    page = ask(shown)
    found = {lang: page.get(f"api/runs/two_class/findings?language={lang}").json()["causes"] for lang in ("zh", "de")}
    assert found["zh"][1]["title"] == "训练产生了 NaN 或无穷大，最先出现在 01_dense"
    assert found["de"] == page.get("api/runs/two_class/findings").json()["causes"]


def test_findings_stand_under_their_causes(shown: Path, ask: Ask) -> None:
    page = ask(shown)
    found = page.get("api/runs/two_class/findings").json()
    assert [one["code"] for one in found["causes"]] == ["D111", "T201", "E301"]
    assert [one["code"] for one in found["causes"][0]["explains"]] == ["D115"]
    assert [one["stage"] for one in found["causes"]] == ["before", "while", "after"]
    assert len(found["rules"]) == 5
    assert [one["code"] for one in page.get("api/runs/two_class/data").json()["findings"]] == ["D111"]
    assert not page.get("api/runs/unfinished/findings").json()["judged"]


def test_the_report_runs_apart_from_the_page(shown: Path, ask: Ask) -> None:
    page = ask(shown)
    answer = page.get("runs/hostile/report")
    assert answer.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.text
    assert "sandbox" not in page.get("api/entries").headers["content-security-policy"]


@pytest.mark.parametrize("name", ["..%2f..%2fetc", "no", "%00", "two_class%2f..%2fpictures", "%2f", "..."])
def test_a_name_that_leads_elsewhere_finds_nothing(shown: Path, ask: Ask, name: str) -> None:
    page = ask(shown)
    for part in OF_A_RUN:
        assert page.get(f"api/runs/{name}{part}").status_code == 404
    for place in (f"runs/{name}/report", f"api/studies/{name}", f"api/entries/{name}/events"):
        assert page.get(place).status_code == 404


@pytest.mark.parametrize(
    "place",
    [
        "api/runs/two_class/curves?across=row",
        "api/runs/two_class/curves?from=x",
        "api/runs/two_class/curves?to=inf",
        "api/runs/two_class/curves?buckets=nan",
        "api/texts/de",
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(shown: Path, ask: Ask, place: str) -> None:
    answer = ask(shown).get(place)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


def test_nothing_can_be_changed_without_control(shown: Path, ask: Ask) -> None:
    page = ask(shown)
    for place in ("api/entries", "api/runs/unfinished", "api/runs/unfinished/nurse", "labelling/two_class/label/done"):
        assert page.post(place, {"words": "stop"}).status_code in (404, 405)


@given(
    part=st.sampled_from([*OF_A_RUN, "/graph", "/chain"]),
    name=st.sampled_from(KINDS) | st.text(max_size=12),
    query=st.dictionaries(
        st.sampled_from(["across", "from", "to", "buckets", "sort", "offset", "find", "truth", "split", "weight"]),
        st.text(max_size=12) | st.floats().map(str) | st.integers().map(str),
        max_size=4,
    ),
)
def test_no_request_breaks_the_page(shown: Path, part: str, name: str, query: dict[str, str]) -> None:
    page = _page(shown)
    from urllib.parse import quote, urlencode

    answer = page.get(f"api/runs/{quote(name, safe='')}{part}?{urlencode(query)}")
    assert answer.status_code in (200, 400, 404), answer.text
    if answer.headers["content-type"] == "application/json":
        json.loads(answer.text, parse_constant=lambda text: pytest.fail(f"{text} is no JSON"))


@given(first=st.sampled_from(KINDS) | st.text(max_size=12), second=st.sampled_from([*KINDS, "search", "../x", "\0"]))
def test_no_two_names_break_the_comparison(shown: Path, first: str, second: str) -> None:
    from urllib.parse import urlencode

    answer = _page(shown).get(f"api/compare?{urlencode({'first': first, 'second': second})}")
    assert answer.status_code in (200, 400, 404), answer.text
    assert answer.status_code == 200 or answer.json()["error"]


_PAGES: dict[Path, Any] = {}


def _page(root: Path) -> Any:
    from tests.web.conftest import Asked

    if root not in _PAGES:
        _PAGES[root] = Asked(root, compare=compared)
    return _PAGES[root]


@pytest.mark.parametrize("seed", range(12))
def test_no_damaged_folder_breaks_the_page(shown: Path, tmp_path: Path, ask: Ask, seed: int) -> None:
    drawn = random.Random(seed)
    root = tmp_path / "runs"
    shutil.copytree(shown, root)
    for file in sorted(root.rglob("*.*")):
        content = bytearray(file.read_bytes())
        way = drawn.randrange(5)
        if way == 0:
            content = content[: drawn.randrange(len(content) + 1)]
        elif way == 1:
            for _ in range(5):
                content[drawn.randrange(len(content))] = drawn.randrange(256)
        elif way == 2:
            content = bytearray(drawn.choice([b"", b"[]", b"null", b'{"a": [[[[1e999]]]]}', b"\0" * 50, b"[" * 5000]))
        file.write_bytes(content)
    page = ask(root)
    assert {one["name"] for one in page.get("api/entries").json()} == {*KINDS, "search"}
    for place in (*LISTED, *(f"api/runs/{kind}{part}" for kind in KINDS for part in OF_A_RUN)):
        answer = page.get(place)
        assert answer.status_code in (200, 404), (place, answer.text)
        assert answer.status_code == 200 or answer.json()["error"]


def test_texts_from_data_stay_texts(shown: Path, ask: Ask) -> None:
    page = ask(shown)
    for part in OF_A_RUN:
        answer = page.get(f"api/runs/hostile{part}")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert MARKUP in page.get("api/runs/hostile").json()["name"]
