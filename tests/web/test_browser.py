"""Every panel in a real browser: clicked in and read, at both widths, by keyboard, and with hostile texts."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.report.conftest import epochs
from tests.web.chromium import CHROMIUM, Browser
from tests.web.conftest import COLOURS
from tests.web.samples import LOOKED, MARKUP, Looked, compared
from tests.web.served import served

from piste.core.nursing import NURSING, bedside, waiting
from piste.core.runs import METRICS, RunFolder
from piste.human.asking import Asking, Question

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

PANELS = ("result", "curves", "findings", "evaluation", "predictions", "data", "layers", "graph", "views", "settings")
STUDY = ("search", "study-result", "importance", "slices", "trials")


@pytest.fixture(scope="module")
def address(shown: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the folder of samples, with control and an engine that needs no network."""
    pytest.importorskip("uvicorn", reason="the extra web is not installed")
    from piste.web.browse import Browse
    from piste.web.labelling import Questions
    from piste.web.places import Places

    said = RunFolder.create(tmp_path_factory.mktemp("said"), "iris")  # the samples stay as they are

    def questions(folder: RunFolder) -> Questions:
        asking = Asking(said, "me", COLOURS, (5, 3), lambda row: Question({"row": str(row)}))
        return Questions(asking, lambda: None)

    def look(folder: RunFolder, split: str, example: int) -> Looked:
        return LOOKED

    browse = Browse(Places.of(shown), control=True, ask=questions, look=look, compare=compared)
    with served(browse.routes) as address:
        yield address


Open = Callable[[str], Browser]


def test_the_list_is_narrowed_sorted_and_leads_to_a_run(open_at: Open) -> None:
    page = open_at("")
    assert page.until("document.querySelectorAll('.entries tbody tr').length") == 9
    page.choose("#find", "census finished")
    page.until("document.querySelectorAll('.entries tbody tr').length === 3")
    page.choose("#find", "")
    page.click(".entries button", "score")
    assert page.until("document.querySelector('th[aria-sort=descending]')?.innerText.startsWith('score')")
    assert page.text(".entries tbody th").startswith("regression")
    page.click(".entries a", "two_class")
    page.until("document.querySelector('main h1').innerText === 'Result'")
    assert "finished" in page.text(".facts-line")


def test_two_runs_are_marked_and_compared(open_at: Open) -> None:
    page = open_at("")
    page.until("document.querySelectorAll('.entries .mark input').length === 8")
    assert page.do("document.querySelector('.to-compare').disabled")
    for name in ("regression", "two_class", "multi_label"):
        page.click(f"[aria-label='Mark {name} for comparing']")
    assert page.do("[...document.querySelectorAll('.entries .mark input')].filter(one => one.checked).length") == 2
    page.click(".to-compare")
    page.until("document.querySelector('main h1').innerText === 'Two runs'")
    assert page.do("decodeURIComponent(location.hash)") == "#/compare/two_class/multi_label"
    page.until("document.querySelector('.part-scores') !== null")
    assert "The second run is better" in page.text(".part-scores")
    assert "only the second right" in page.text(".part-agreement")
    assert "part in epoch 3" in page.text(".part-parting")
    assert "learning_rate" in page.text(".part-differences")
    page.until("document.querySelectorAll('.part-curves .plot canvas').length === 4")
    assert page.do("document.querySelectorAll('.part-curves .plot .u-series').length") == 4 * 3
    page.click(".part-curves .buttons button", "+")
    page.until("[...document.querySelectorAll('.part-curves .buttons button')].every(one => !one.disabled)")
    page.click(".part-curves .buttons button", "Everything")
    page.choose(".part-curves select", "seconds")
    page.until("document.querySelector('.part-curves .u-legend').innerText.includes('seconds')")
    page.click(".part-views button", "Loss surface")
    page.until("document.querySelectorAll('.beside .landscape').length === 2")
    page.click("button", "Swap")
    page.until("decodeURIComponent(location.hash) === '#/compare/multi_label/two_class'")
    page.choose("#compare-second", "unfinished")
    page.until("document.querySelector('.banner.warning')?.innerText.includes('once both runs are finished')")
    page.until("document.querySelectorAll('.part-curves .plot canvas').length === 4")


def test_a_run_leads_to_its_comparison(open_at: Open) -> None:
    page = open_at("run/two_class")
    page.click("nav a", "Compare")
    page.until("document.body.innerText.includes('Choose the second run.')")
    page.until("document.querySelectorAll('#compare-second option').length > 5")
    page.choose("#compare-second", "hostile")
    page.until("document.querySelector('.part-scores') !== null")
    assert page.do("document.querySelectorAll('img[src=x], main script, [onerror]').length") == 0


def test_the_language_is_chosen_and_kept(open_at: Open) -> None:
    page = open_at("")
    page.click(".languages button", "中文")
    page.until("document.querySelector('h1').innerText === '运行与搜索'")
    assert page.do("document.documentElement.lang") == "zh"
    page = open_at("run/two_class/findings")
    page.until("document.querySelector('h1').innerText === '发现的问题'")
    assert "错误" in page.until("document.querySelector('.finding')?.innerText")
    assert "训练产生了 NaN 或无穷大，最先出现在 01_dense" in page.text("main")
    page.click(".languages button", "English")
    page.until("document.querySelector('h1').innerText === 'Findings'")


def test_the_result_is_drawn_with_its_charts(open_at: Open) -> None:
    page = open_at("run/two_class")
    page.until("document.querySelectorAll('.chart svg').length > 0")
    assert "accuracy" in page.text(".headline")
    page.click("nav a", "Evaluation")
    page.until("document.querySelectorAll('.chart svg').length > 1")
    assert "Calibration" in page.text("main")


def test_curves_are_drawn_zoomed_and_moved(open_at: Open) -> None:
    page = open_at("run/two_class/curves")
    page.until("document.querySelectorAll('.plot canvas').length === 4")
    assert "Best at epoch 25" in page.text(".lead")
    assert page.do("[...document.querySelectorAll('.buttons button')].filter(one => one.disabled).length") == 4
    page.click(".buttons button", "+")
    page.until("[...document.querySelectorAll('.buttons button')].every(one => !one.disabled)")
    page.press("ArrowRight", ".plot")
    page.press("0", ".plot")
    page.until("[...document.querySelectorAll('.buttons button')].filter(one => one.disabled).length === 4")
    page.choose("select", "seconds")
    page.until("document.querySelector('.lead').innerText.includes('Best at seconds 5.25')")


def test_curves_grow_while_they_are_watched(open_at: Open, shown: Path) -> None:
    page = open_at("run/unfinished")
    page.until("document.body.innerText.includes('4 validations')")
    folder = RunFolder(shown / "unfinished")
    folder.append(replace(epochs(5)[-1], validation_loss=0.001))
    page.until("document.body.innerText.includes('5 validations')")
    page.until("document.querySelector('.lead').innerText.includes('Best at epoch 5')")
    folder.rewrite(epochs(4))
    page.until("document.body.innerText.includes('4 validations')")


def test_a_hundred_thousand_points_are_thinned(open_at: Open, shown: Path) -> None:
    path, line = shown / "failed" / METRICS, '{"epoch": %d, "train_loss": %f, "validation_loss": 1, "metric": "a"}\n'
    path.write_text("".join(line % (at, 2 + at % 7) for at in range(100_000)))
    try:
        page = open_at("run/failed/curves")
        page.until("document.body.innerText.includes('100,000 validations')")
        page.click(".buttons button", "+")
        page.click(".buttons button", "+")
        page.until("performance.getEntriesByType('resource').some(one => one.name.includes('from='))")
        fetched = "performance.getEntriesByType('resource').filter(one => one.name.includes('/curves'))"
        assert max(page.do(f"{fetched}.map(one => one.decodedBodySize)")) < 500_000
    finally:
        path.unlink()


def test_findings_are_read_and_filtered(open_at: Open) -> None:
    page = open_at("run/two_class/findings")
    page.until("document.querySelectorAll('.finding').length === 3")
    assert "Rows stand twice" in page.text(".finding")
    assert "D115: Labels disagree" in page.text(".finding")
    page.click(".tools button", "warning")
    page.until("document.querySelectorAll('.finding').length === 1")
    assert "T201" in page.text(".finding")
    page.click("summary", "Every rule")
    assert page.do("document.querySelectorAll('details[open] tbody tr').length") == 5


def test_predictions_are_browsed(open_at: Open) -> None:
    page = open_at("run/two_class/predictions")
    page.until("document.querySelectorAll('.predictions tbody tr').length === 50")
    page.click("button", "Later")
    page.until("document.querySelector('.predictions tbody th').innerText === '150'")
    page.do("document.querySelector('#wrong').click()")
    page.until("document.querySelectorAll('.predictions tbody tr').length === 12")
    page.choose("#by-truth", ">50K")
    page.until("document.body.innerText.includes('No example fits.')")
    page.choose("#by-truth", "")
    page.click(".predictions button", "confidence")
    page.until("document.querySelector('th[aria-sort=ascending]').innerText.startsWith('confidence')")
    assert page.do("document.querySelectorAll('.cards li').length") == 12
    page = open_at("run/pictures/predictions")
    assert "no predictions yet" in page.until("document.querySelector('.banner')?.innerText")
    page.forgive()  # the browser notes the refused request


def test_a_person_answers_for_the_baseline(open_at: Open, address: str) -> None:
    page = open_at("run/two_class/predictions")
    place = page.until("document.querySelector('a[href^=\"labelling/\"]')?.getAttribute('href')")
    page.go(f"{address}{place}")
    page.until("document.querySelectorAll('.classes button').length === 3")
    assert "5" in page.text("dl")
    page.click(".classes button", "green")
    page.until("document.querySelector('[role=status]').innerText.includes('2 of 2')")
    page.press("s", "body")
    page.until("document.querySelectorAll('.classes button').length === 0")
    page.press("ArrowLeft", "body")
    page.until("document.querySelector('.before')?.innerText.includes('annot')")
    page.click("button", "Finish")
    page.until("document.querySelectorAll('button').length === 0")


def test_the_newest_run_is_found(open_at: Open) -> None:
    page = open_at("newest/curves")
    page.until("location.hash.startsWith('#/run/') || location.hash.startsWith('#/study/')")
    page.until("document.querySelector('nav [aria-current]') !== null")


def test_the_data_are_searched(open_at: Open) -> None:
    page = open_at("run/two_class/data")
    assert page.until("document.querySelectorAll('.features > li').length") == 6
    assert page.do("document.querySelectorAll('.histogram rect').length") == 9
    assert "Rows stand twice" in page.text(".finding")
    page.choose("#find", "wor")
    page.until("document.querySelectorAll('.features > li').length === 1")
    assert "private" in page.text(".features")
    page.choose("#find", "")
    page.choose("#order", "missing")
    page.until("document.querySelector('.features h3').innerText === 'remarks'")


def test_layers_are_chosen_and_drawn(open_at: Open) -> None:
    page = open_at("run/two_class/layers")
    page.until("document.querySelectorAll('.strip').length === 2")
    assert page.do("document.querySelectorAll('.plot .u-series').length") == 3
    page.click(".strips input")
    page.until("document.querySelectorAll('.plot .u-series').length === 2")
    page.choose("#quantity", "silent")
    page.until("document.querySelector('main h2').innerText === 'Silent units'")
    assert "64 examples" in page.text("main")


def test_the_graph_is_opened_searched_and_spelt_out(open_at: Open) -> None:
    page = open_at("run/two_class/graph")
    page.until("document.querySelectorAll('.box').length === 3")
    page.press("Enter", ".box.group")
    page.until("document.querySelectorAll('.box').length === 4")
    page.choose("#find", "weight")
    page.click(".found button", "00_dense.weight")
    page.until("document.querySelector('.detail-panel h2').innerText === '00_dense.weight'")
    assert "0.5 · 1" in page.text(".edges")
    page.click(".chain button", "Spell it out")
    page.until("document.querySelectorAll('.factors li').length === 2")
    assert "00_dense.weight[0] is 1; the loss changes by 2" in page.text(".chain")
    page.click("button", "Close all")
    page.until("document.querySelectorAll('.box').length === 3")
    before = page.do("document.querySelector('.graph g').getAttribute('transform')")
    page.click(".over button", "+")
    page.until(f"document.querySelector('.graph g').getAttribute('transform') !== {before!r}")
    open_at("run/unfinished/graph").until("document.body.innerText.includes('once the run is finished')")


def test_the_surface_turns(open_at: Open) -> None:
    page = open_at("run/two_class/views")
    page.until("document.querySelector('.landscape')?.width > 0")
    page.do("globalThis.before = document.querySelector('.landscape').toDataURL(), null")
    page.press("ArrowRight", ".landscape")
    page.until("document.querySelector('.landscape').dataset.turn === '0.800'")
    page.until("document.querySelector('.landscape').toDataURL() !== globalThis.before")
    page.choose("#until", "0")
    assert "until epoch 0" in page.until("document.querySelector('.surface .tools')?.innerText")


def test_a_training_is_told_what_to_do(open_at: Open, shown: Path) -> None:
    folder = RunFolder(shown / "unfinished")
    page = open_at("run/unfinished/nurse")
    assert "Nobody trains this run now" in page.until(
        "document.querySelector('main .note code') && document.body.innerText"
    )
    assert "It is not below 1." in page.text(".heard")
    with bedside(folder):
        page = open_at("run/unfinished/nurse")
        page.click(".tools button", "Rate ÷ 2")
        page.until("document.querySelector('.said')?.innerText.includes('heard at the end')")
        page.choose("#words", "sing")
        page.click("form button", "Say it")
        page.until("document.querySelector('.said')?.innerText.includes('nothing that a training can be told')")
        assert [one.words for one in waiting(folder)] == ["rate 0.5x"]
    shutil.rmtree(folder.file(NURSING))  # no test changes the samples for the others
    page.forgive()  # the refusal stands in the console too


def test_settings_stand_with_their_reasons(open_at: Open) -> None:
    page = open_at("run/two_class/settings")
    page.until("document.querySelectorAll('main tbody tr').length === 3")
    page.choose("#find", "hidden")
    page.until("document.querySelectorAll('main tbody tr').length === 1")
    assert "given as --hidden" in page.text("main")
    assert "piste train census.csv" in page.text("pre")


def test_a_search_is_narrowed_and_zoomed(open_at: Open) -> None:
    page = open_at("study/search")
    page.until("document.body.innerText.includes('40 of 40 trials')")
    for _ in range(4):
        page.press("-", ".brush")
    chosen = page.until("document.querySelector('.tools .note').innerText.match(/^([0-9]+) of 40/)?.[1]")
    assert 5 < int(chosen) < 40
    page.click("button", "Zoom in")
    page.until(f"document.querySelector('.tools .note').innerText.startsWith('{chosen} of {chosen}')")
    page.click("button", "Everything")
    page.until("document.body.innerText.includes('40 of 40 trials')")
    page.choose("#round", "round 2")
    page.until("document.body.innerText.includes('10 of 10 trials')")
    page.click("nav a", "What mattered")
    page.until("document.querySelectorAll('.importances li').length === 5")
    page.click("nav a", "One at a time")
    page.until("document.querySelectorAll('.slices svg').length === 6")
    assert 5 < page.do("document.querySelectorAll('.slices svg')[5].querySelectorAll('circle').length") < 35
    page.click("nav a", "Trials")
    page.click(".trials button", "width")
    page.until("document.querySelector('th[aria-sort=ascending]').innerText.startsWith('width')")
    page.click("nav a", "Result")
    page.until("document.querySelectorAll('.part').length > 2")


def test_hostile_texts_stay_texts(open_at: Open) -> None:
    for panel in PANELS:
        page = open_at(f"run/hostile/{panel}")
        page.until("document.querySelector('main').innerText.length > 40")
        assert page.do("document.querySelectorAll('img[src=x], main script, [onerror]').length") == 0
        if panel == "findings":
            assert MARKUP in page.until("document.querySelector('.finding')?.innerText")


@pytest.mark.parametrize(("width", "every"), [(360, 1), (1440, 4)])
def test_no_panel_is_wider_than_the_window(open_at: Open, browser: Browser, width: int, every: int) -> None:
    places = [
        "",
        "compare/two_class/regression",
        *(f"run/two_class/{one}" for one in PANELS),
        *(f"study/search/{one}" for one in STUDY),
    ]
    for place in places[::every]:
        browser.size(width, 800, dark=width == 360)
        page = open_at(place)
        page.until("document.querySelector('main').innerText.length > 40")
        time.sleep(0.1)
        assert page.do("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, place
        assert page.do(UNNAMED) == [], place


UNNAMED = """[...document.querySelectorAll('button, a, input, select, [role=button], [role=region], [role=img], nav')]
  .filter(one => !(one.innerText?.trim() || one.textContent.trim() || one.ariaLabel || one.labels?.length))
  .map(one => one.outerHTML.slice(0, 200))"""


def test_a_person_without_a_mouse_gets_everywhere(open_at: Open) -> None:
    page = open_at("run/two_class")
    page.until("document.querySelectorAll('.headline').length > 0")
    reached = []
    page.do("document.activeElement.blur()")
    for _ in range(24):
        for kind in ("keyDown", "keyUp"):
            page.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        reached.append(page.do("document.activeElement.innerText?.slice(0, 40) ?? ''"))
    assert {"Skip to the content", "Piste", "English", "Curves", "Settings"} <= set(reached)
    for landmark in ("header", "nav[aria-label]", "main#content"):
        assert page.do(f"document.querySelectorAll('{landmark}').length") == 1


def test_a_damaged_run_shows_a_message(open_at: Open, shown: Path) -> None:
    damaged = shown.parent / "runs" / "zz-damaged"
    damaged.mkdir()
    (damaged / "run.json").write_text("{half")
    try:
        page = open_at("")
        page.until("document.body.innerText.includes('run.json is damaged')")
        page = open_at("run/zz-damaged")
        assert "run.json is damaged" in page.until("document.querySelector('.banner')?.innerText")
        page.forgive()  # the browser notes the refused request
    finally:
        (damaged / "run.json").unlink()
        damaged.rmdir()
