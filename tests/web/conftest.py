"""The page of one pass through four examples, reached as a browser would."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.chromium import Browser
from tests.web.samples import folder_of_runs

from piste.core.human import ANSWERS, HumanAnswer
from piste.core.records import RunRecord, Status, Task
from piste.core.runs import RUN, RunFolder
from piste.human.asking import Asking, Question
from piste.human.form import Form

COLOURS = Form(Task.MANY_CLASS, "colour", ("red", "green", "blue"))
TOKEN = "a-token-for-tests"


class Visit:
    """A browser at the page: `get` and `post` take what stands behind the token."""

    def __init__(self, folder: RunFolder, form: Form, question: Callable[[int], Question]) -> None:
        testclient = pytest.importorskip("starlette.testclient", reason="the extra web is not installed")
        from piste.web.app import application
        from piste.web.label import LabelView

        self.folder, self.ended = folder, 0
        self.view = LabelView(Asking(folder, "ann", form, (5, 3, 8, 1), question), self._end)
        self.client = testclient.TestClient(application(TOKEN, self.view.routes), base_url="http://127.0.0.1:8000")

    def _end(self) -> None:
        self.ended += 1

    def get(self, place: str) -> Any:
        return self.client.get(f"/{TOKEN}/{place}")

    def done(self, what: str, at: int, **said: Any) -> Any:
        return self.client.post(f"/{TOKEN}/label/done", json={"what": what, "at": at, **said})

    @property
    def said(self) -> list[tuple[int, str]]:
        return [(one.row, one.said) for one in self.folder.lines(HumanAnswer, ANSWERS)]


@pytest.fixture
def visit(tmp_path: Path) -> Callable[..., Visit]:
    """Open the page for a form, and examples shown by `question`."""
    folder = RunFolder.create(tmp_path, "iris")
    folder.write(RunRecord("iris", Status.FINISHED, "", "", 3, {}, "cpu", {}), RUN)

    def opened(
        form: Form = COLOURS, question: Callable[[int], Question] = lambda row: Question({"row": str(row)})
    ) -> Visit:
        return Visit(folder, form, question)

    return opened


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all kinds of runs, and a study, that no test changes."""
    return folder_of_runs(tmp_path_factory.mktemp("shown") / "runs")


class Asked:
    """A browser without a face: asks for what stands behind the token."""

    def __init__(self, root: Path, **allowed: Any) -> None:
        testclient = pytest.importorskip("starlette.testclient", reason="the extra web is not installed")
        from piste.web.app import application
        from piste.web.browse import Browse
        from piste.web.places import Places

        browse = Browse(Places.of(root), **allowed)
        self.client = testclient.TestClient(application(TOKEN, browse.routes), base_url="http://127.0.0.1:8000")

    def get(self, place: str) -> Any:
        return self.client.get(f"/{TOKEN}/{place}")

    def post(self, place: str, said: Any) -> Any:
        return self.client.post(f"/{TOKEN}/{place}", json=said)


@pytest.fixture
def ask() -> Callable[..., Asked]:
    """Open the page about a folder."""
    return Asked


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One window for all tests of a file."""
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture
def open_at(browser: Browser, address: str) -> Iterator[Callable[[str], Browser]]:
    """Open a place of the page at `address`, wide.

    Afterwards nothing was complained of, and nobody else was asked for anything.
    """
    browser.complaints.clear()
    browser.addresses.clear()
    browser.size(1440)

    def opened(place: str) -> Browser:
        browser.go(f"{address}#/{place}")
        browser.until("document.querySelector('main h1') !== null")
        return browser

    yield opened
    assert browser.complaints == []
    assert [one for one in browser.addresses if not one.startswith((address, "data:", "about:"))] == []
