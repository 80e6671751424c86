"""Is the page smooth, and what does watching cost the training?

    python benchmarks/page.py list|curves|watch [--repeats 5]

`list`: 100 runs in a folder: what the server takes for the list, anew and again, and how long it is from opening the
page until all of them stand there. `curves`: a run of 100,000 validations, its four charts moved by the mouse for some
seconds; frames are counted in the page by requestAnimationFrame. `watch`: trainings alone, with `--watch`, and with
`--watch` and the page open beside them, in turns; the training's own seconds of each. It takes Chromium, which draws
here without a graphics card.
"""

import argparse
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.web.chromium import Browser

PISTE = (sys.executable, "-m", "piste")
RUNS, POINTS = 100, 100_000
DRAWN_SECONDS = 5.0
ADDRESS = re.compile(r"http://\S+")
QUIET = {**os.environ, "BROWSER": "true", "TF_CPP_MIN_LOG_LEVEL": "3"}  # webbrowser.open starts a program that ends
CASES = {
    "digits, convolutions": ("digits", "--epochs", "200", "--patience", "0"),
    "wine, an epoch is over in a millisecond": ("wine", "--epochs", "6000", "--patience", "0"),
}
SEEN = """addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
  if (!globalThis.listed && document.querySelectorAll('.entries tbody tr').length === 100)
    requestAnimationFrame(() => setTimeout(() => (globalThis.listed ??= performance.now())));
}).observe(document, {childList: true, subtree: true}))"""
COUNT = """(() => {
  const mine = (globalThis.drawnAt = []);  // an earlier count, whose frame is still to come, is not this one
  const next = (now) => globalThis.drawnAt === mine && (mine.push(now), requestAnimationFrame(next));
  requestAnimationFrame(next);
})()"""


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["list", "curves", "watch"])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--case", choices=list(CASES), action="append")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.what == "watch":
            watch(Path(folder), asked.repeats, asked.case or list(CASES))
        else:
            measure = listed if asked.what == "list" else moved
            measure(Path(folder), asked.repeats)


def listed(folder: Path, repeats: int) -> None:
    """Say how long the list of 100 runs takes."""
    trained(folder, "iris", "--epochs", "5")
    first = next((folder / "runs").iterdir())
    for at in range(RUNS - 1):
        shutil.copytree(first, folder / "runs" / f"{first.name}-{at:03}")
    anew, again, shown = [], [], []
    for at in range(repeats):
        with served(folder / "runs") as address, opened(folder / f"profile-{at}") as browser:
            anew.append(asked_for(f"{address}api/entries"))
            again += [asked_for(f"{address}api/entries") for _ in range(5)]
            browser.call("Page.addScriptToEvaluateOnNewDocument", source=SEEN)
            browser.go(address)
            shown.append(browser.until("globalThis.listed", 60))
    for name, values in (("the server, anew", anew), ("the server, again", again), ("the page, opened", shown)):
        print(f"| {RUNS} runs: {name} | {statistics.median(values):.0f} ms | {max(values):.0f} ms |")


def moved(folder: Path, repeats: int) -> None:
    """Say how many frames a second the charts of 100,000 points are drawn while the mouse moves them."""
    trained(folder, "iris", "--epochs", "5")
    run = next((folder / "runs").iterdir())
    (run / "metrics.jsonl").write_text("".join(map(line, range(POINTS))))
    with served(folder / "runs") as address:
        for at in range(repeats):
            with opened(folder / f"profile-{at}") as browser:
                browser.size(1440, 900)
                began = time.perf_counter()
                browser.go(f"{address}#/run/{run.name}/curves")
                browser.until("document.querySelectorAll('.plot canvas').length === 4", 60)
                drawn = time.perf_counter() - began
                for _ in range(4):
                    browser.click(".buttons button", "+")
                gaps = [pulled(browser) for _ in range(2)][-1]
                late = sorted(gaps)[int(0.99 * len(gaps))]
                rate = 1000 * len(gaps) / sum(gaps)
                said = f"{rate:.1f} frames a second | 99 of 100 within {late:.0f} ms |"
                print(f"| {POINTS:,} points: drawn after {drawn:.2f} s, moved | {said}", flush=True)


def line(at: int) -> str:
    """Return one validation of a long training, wavy, with spikes."""
    loss = 2 / (1 + at / 5000) + 0.1 * ((at * 7919) % 1000) / 1000 + (at % 997 == 0)
    numbers = {"epoch": at + 1, "step": 10 * (at + 1), "seconds": 0.1 * at, "train_loss": loss}
    more = {"validation_loss": 1.1 * loss, "validation_metric": 1 / (1 + loss), "metric": "accuracy"}
    return json.dumps({**numbers, **more, "learning_rate": 0.1 / (1 + at), "gradient_norm": loss + at % 13}) + "\n"


def pulled(browser: Browser) -> list[float]:
    """Drag the first chart to and fro, and return the milliseconds between the frames."""
    box = browser.do("(one => [one.left, one.top, one.width, one.height])("
                     "document.querySelector('.plot .u-over').getBoundingClientRect())")  # fmt: skip
    left, top, width, height = box
    y = top + height / 2

    def mouse(kind: str, x: float) -> None:
        browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    mouse("mousePressed", left + width / 2)
    browser.do(COUNT)
    began = time.perf_counter()
    while (now := time.perf_counter() - began) < DRAWN_SECONDS:
        across = abs((now % 2) - 1)  # from one side to the other and back
        mouse("mouseMoved", left + width * (0.1 + 0.8 * across))
    times = browser.do("(times => (drawnAt = null, times))(drawnAt)")
    mouse("mouseReleased", left + width / 2)
    return [later - before for before, later in itertools.pairwise(times)]


def watch(folder: Path, repeats: int, cases: list[str]) -> None:
    """Say what `--watch`, and the page open beside it, add to the training's own seconds."""
    arms: dict[str, Callable[[Path, tuple[str, ...]], float]] = {"alone": alone, "--watch": watched, "page": looked_at}
    for case in cases:
        took: dict[str, list[float]] = {name: [] for name in arms}
        for at in range(repeats):
            order = list(arms)[at % 3 :] + list(arms)[: at % 3]
            for name in order:
                took[name].append(arms[name](folder / f"{len(took[name])}-{name}-{abs(hash(case))}", CASES[case]))
        base = statistics.median(took["alone"])
        for name, values in took.items():
            middle = statistics.median(values)
            spread = f"{min(values):.2f} to {max(values):.2f}"
            print(f"| {case}: {name} | {middle:.2f} s ({spread}) | {100 * (middle / base - 1):+.1f} % |", flush=True)


def alone(folder: Path, arguments: tuple[str, ...]) -> float:
    """Train without a page."""
    return trained(folder, *arguments)


def watched(folder: Path, arguments: tuple[str, ...]) -> float:
    """Train beside a page that nobody looks at."""
    return trained(folder, *arguments, "--watch")


def looked_at(folder: Path, arguments: tuple[str, ...]) -> float:
    """Train beside a page that stands open at the curves."""
    with opened(folder / "profile") as browser:
        command = [*PISTE, "train", *arguments, "--quiet", "--watch"]
        with subprocess.Popen(command, cwd=folder, env=QUIET, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              text=True) as process:  # fmt: skip
            assert process.stderr is not None
            browser.go(next(found[0] for text in process.stderr if (found := ADDRESS.search(text))))
            seen = 0
            while process.poll() is None:
                seen = max(seen, browser.do("document.querySelectorAll('.plot canvas').length"))
                time.sleep(1)
            assert seen == 4, "the page showed no curves"
    return seconds(folder)


def trained(folder: Path, *arguments: str) -> float:
    """Run `piste train` in `folder`, and return the seconds of the training in it."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [*PISTE, "train", *arguments, "--quiet"]
    subprocess.run(command, cwd=folder, env=QUIET, check=True, capture_output=True)
    return seconds(folder)


def seconds(folder: Path) -> float:
    """Return what the one run below `folder` says of its training, without what compiling took."""
    record = json.loads(next((folder / "runs").glob("*/run.json")).read_text())["training"]
    return float(record["seconds"]) - float(record["compile_seconds"])


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the page about `folder` from a process of its own, and yield its address."""
    command = [*PISTE, "web", str(folder), "--no-browser"]
    with subprocess.Popen(command, env=QUIET, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        yield next(found[0] for text in process.stderr if (found := ADDRESS.search(text)))
        process.terminate()


@contextmanager
def opened(profile: Path) -> Iterator[Browser]:
    """Start a browser, and let it settle."""
    profile.mkdir(parents=True, exist_ok=True)
    browser = Browser(profile)
    time.sleep(1.5)
    try:
        yield browser
    finally:
        browser.close()


def asked_for(address: str) -> float:
    """Return the milliseconds until the whole answer is there."""
    began = time.perf_counter()
    with urllib.request.urlopen(address) as answer:
        content = answer.read()
    took = 1000 * (time.perf_counter() - began)
    assert len(json.loads(content)) == RUNS
    return took


if __name__ == "__main__":
    main()
