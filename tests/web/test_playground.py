"""The playground in a real browser with the real engine: built by clicking, trained, changed while it runs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.web.chromium import CHROMIUM, Browser
from tests.web.served import served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

Open = Callable[[str], Browser]
PATIENT = 120.0  # seconds, for a network that has to be compiled
EPOCH = "Number(document.querySelector('.play-clock b').innerText.replaceAll(',', ''))"
CALM = "document.querySelector('.play-stage')?.getAttribute('aria-busy') === 'false'"
PLANE = "document.querySelector('.play-plane canvas').toDataURL()"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the playground over an empty folder."""
    pytest.importorskip("uvicorn", reason="the extra web is not installed")
    from piste.play.plays import Plays
    from piste.web.browse import Browse
    from piste.web.places import Places
    from piste.web.playing import PlayView

    empty = Places.of(tmp_path_factory.mktemp("empty"))
    with served([*Browse(empty).routes, *PlayView(Plays).routes]) as address:
        yield address


def units(page: Browser) -> list[int]:
    """Return the number of units of every column."""
    counted: list[int] = page.do(
        "[...document.querySelectorAll('.play-column')].map(one => one.querySelectorAll('.play-unit').length)"
    )
    return counted


def calm(page: Browser) -> None:
    """Wait until the engine has answered everything."""
    page.until(f"{CALM} && document.querySelector('.play-plane canvas') !== null", PATIENT)


def choose(page: Browser, says: str, value: str) -> None:
    """Choose `value` in the field whose label begins with `says`."""
    page.do(
        f"[...document.querySelectorAll('main label')].find(one => one.innerText.startsWith({says!r}))"
        ".querySelector('select, input').id = 'chosen', null"
    )
    page.choose("#chosen", value)
    page.do("document.querySelector('#chosen').removeAttribute('id'), null")


def test_a_network_is_built_and_stepped(open_at: Open) -> None:
    page = open_at("play")
    calm(page)
    assert units(page) == [2, 4, 2, 2]
    before = page.do(PLANE)
    page.click(".play-bar button", "One step")
    page.until(f"0 < {EPOCH} && {EPOCH} < 1", PATIENT)
    calm(page)
    assert page.do(PLANE) != before
    page.click(".play-bar button", "One epoch")
    page.until(f"{EPOCH} === 1", PATIENT)
    page.click("[aria-label='One hidden layer more']")
    page.until("document.querySelectorAll('.play-column').length === 5", PATIENT)
    calm(page)
    assert page.do(EPOCH) == 0
    page.click("[aria-label='One unit more in layer 3']")
    page.until("document.querySelectorAll('.play-column')[3].querySelectorAll('.play-unit').length === 3", PATIENT)
    page.click("[aria-label='One unit fewer in layer 1']")
    page.until("document.querySelectorAll('.play-column')[1].querySelectorAll('.play-unit').length === 3", PATIENT)
    calm(page)
    assert units(page) == [2, 3, 2, 3, 2]
    assert page.do("document.querySelectorAll('.play-line').length") == 2 * 3 + 3 * 2 + 2 * 3 + 3 * 2


def test_it_trains_and_listens_while_it_runs(open_at: Open) -> None:
    page = open_at("play")
    calm(page)
    page.click(".play-bar button", "Play")
    page.until(f"{EPOCH} > 2", PATIENT)
    choose(page, "Learning rate", "0.3")
    page.until(f"{EPOCH} > 5 && location.hash.includes('0.3')", PATIENT)
    assert "Pause" in page.text(".play-bar .main")  # the change stopped nothing, and began nothing anew
    choose(page, "Regularisation", "l2")
    choose(page, "Its strength", "0.003")
    at = page.do(EPOCH)
    page.until(f"{EPOCH} > {at + 3}", PATIENT)
    page.click(".play-bar button", "Pause")
    calm(page)
    at = page.do(EPOCH)
    assert "held back" in page.text("main figure:not(.play-plane) figcaption")
    calm(page)
    assert page.do(EPOCH) == at
    page.click(".play-bar button", "Begin anew")
    page.until(f"{EPOCH} === 0", PATIENT)


def test_data_are_chosen_and_pasted(open_at: Open) -> None:
    page = open_at("play")
    calm(page)
    page.choose(".play-data select", "spirals")
    page.click(".play-features label", "x1²")
    page.until("document.querySelectorAll('.play-column')[0].querySelectorAll('.play-unit').length === 3", PATIENT)
    calm(page)
    page.click(".play-data button", "Draw anew")
    page.until("decodeURIComponent(location.hash).includes('\"seed\":1')", PATIENT)
    calm(page)
    assert "spirals" in page.do("decodeURIComponent(location.hash)")
    page.choose(".play-data select", "iris")
    page.until("document.querySelectorAll('.play-output').length === 3", PATIENT)
    calm(page)
    assert "setosa" in page.text(".play-legend")
    page.choose(".play-data select", "pasted")
    rows = "\n".join(f"{at},{at % 7},{'big' if at > 20 else 'small'}" for at in range(40))
    page.choose(".play-data textarea", f"width,height,kind\n{rows}\n")
    page.click(".play-data button", "Use this table")
    page.until("document.querySelector('.play-legend').innerText.includes('small')", PATIENT)
    calm(page)
    page.choose(".play-data textarea", "nothing")
    page.click(".play-data button", "Use this table")
    page.until("document.querySelector('.banner.bad') !== null", PATIENT)
    page.forgive()  # the refusal stands in the console too


def test_a_weight_is_read_and_set(open_at: Open) -> None:
    page = open_at("play")
    calm(page)
    page.do("document.querySelector('.play-lines g').dispatchEvent(new MouseEvent('click', {bubbles: true})), null")
    page.until("document.querySelector('.play-weight input') !== null")
    assert "gradient" in page.text(".play-weight")
    page.choose(".play-weight input", "1.5")
    page.click(".play-weight button", "Set")
    page.until("document.querySelector('.play-weight input').value === '1.5'", PATIENT)
    page.until("document.querySelector('.play-lines title').textContent.includes('1.5')")
    page.choose(".play-weight .play-from", "-1")
    page.until("document.querySelector('.play-weight input').value !== '1.5'")
    page.choose(".play-stage > div > .tools select", "gradients")
    page.do("document.querySelector('.play-column:nth-of-type(2) .play-unit').focus(), null")
    page.until("document.querySelector('.play-plane h2').innerText.includes('layer 1')")


def test_the_program_is_printed(open_at: Open, tmp_path: Path) -> None:
    page = open_at("play")
    calm(page)
    choose(page, "Learning rate", "0.1")
    page.click("summary", "Open in Python")
    program = page.until("document.querySelector('details pre')?.innerText.includes('learning_rate=0.1') && "
                         "document.querySelector('details pre').innerText", PATIENT)  # fmt: skip
    assert 'drawn("circles"' in program
    compile(program, "program.py", "exec")


def test_both_widths_hold_it(open_at: Open, browser: Browser) -> None:
    for width in (360, 1440):
        browser.size(width, 800, dark=width == 360)
        page = open_at("play")
        browser.size(width, 800, dark=width == 360)
        calm(page)
        assert page.do("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, width
