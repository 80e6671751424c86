"""`piste web` serves a folder until Ctrl-C, and says what it cannot serve."""

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from piste.cli import main
from piste.core.records import RunRecord, Status
from piste.core.runs import RUN, RunFolder

pytest.importorskip("uvicorn", reason="the extra web is not installed")


def test_a_folder_is_served_until_ctrl_c(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    RunFolder(tmp_path / "one").write(RunRecord("iris", Status.FINISHED, "", "", 3, {}, "cpu", {}), RUN)
    command = [sys.executable, "-m", "piste", "web", str(tmp_path), "--no-browser"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as page:
        assert page.stderr is not None
        assert "until Ctrl-C" in page.stderr.readline()
        address = page.stderr.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}api/entries", timeout=120) as answer:
            assert b'"name":"one"' in answer.read()
        page.send_signal(signal.SIGINT)
        assert page.wait(120) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none"], "is no folder"),
        ([".", "--port", "99999999"], "from 0 to 65535"),
        ([".", "--host", "no.such.host.invalid"], "choose another --host or --port"),
    ],
)
def test_what_cannot_be_served_is_said(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["web", *words, "--no-browser"]) == 2
    assert said in capsys.readouterr().err


def test_showing_a_folder_needs_no_engine() -> None:
    program = (
        "import sys, piste.cli.web, piste.web.browse, piste.cli.beside, piste.web.server\n"
        "print(*(name for name in ('jax', 'sklearn', 'optax', 'optuna') if name in sys.modules))"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=True)
    assert outcome.stdout.split() == []
