"""A real browser draws every chart under the page's own policy, where Chromium is installed."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from piste.core.runs import RunFolder
from piste.report import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",
    "--dump-dom",
)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("kind", ["two_class", "regression", "hostile", "diverged"])
def test_every_chart_is_drawn(run_of: Callable[[str], RunFolder], kind: str, tmp_path: Path) -> None:
    page = write_report(run_of(kind))
    command = [str(CHROMIUM), *OPTIONS, f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()]
    outcome = subprocess.run(command, capture_output=True, timeout=120, check=True)
    dom, log = outcome.stdout.decode(), outcome.stderr.decode(errors="replace")
    charts = page.read_text("utf-8").count(' data-chart="')
    assert charts > 3
    assert dom.count(' data-drawn="yes"') == charts
    assert 'class="failed' not in dom
    assert "<img src=x" not in dom
    assert [line for line in log.splitlines() if ":CONSOLE" in line] == []
