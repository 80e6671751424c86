import importlib.metadata
import os
import signal
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

import piste
from piste.cli import application, main
from piste.cli.application import DONE, FAULT, MISTAKE, READER_GONE, STOPPED
from piste.cli.verbs import VERBS, Verb
from piste.core.errors import DataError

Act = Callable[[], None]


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A command line whose one verb, `try`, does what the test asks for."""
    module = types.ModuleType("verb_under_test")
    module.attempt = request.param  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(application, "VERBS", (Verb("try", "verb_under_test:attempt", "Try."),))


def fail(error: BaseException) -> Act:
    def attempt() -> None:
        raise error

    return attempt


def run(program: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **variables}
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, timeout=60)


@pytest.mark.parametrize(
    ("verb", "code", "said"),
    [
        (fail(DataError("Row 3 of a.csv\nis short.")), MISTAKE, "piste: Row 3 of a.csv is short.\n"),
        (fail(KeyboardInterrupt()), STOPPED, "piste: Stopped by Ctrl-C; what was finished is kept.\n"),
        (fail(RuntimeError("odd\nthing")), FAULT, "piste: This is a fault in Piste (RuntimeError: odd thing)."),
        (lambda: None, DONE, ""),
    ],
    ids=["mistake", "Ctrl-C", "fault", "done"],
    indirect=["verb"],
)
def test_every_outcome_has_its_code_and_one_line(
    verb: None, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["try"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(said)
    assert err.count("\n") == (1 if said else 0)


@pytest.mark.parametrize("verb", [fail(RuntimeError("odd"))], indirect=True)
def test_a_fault_shows_its_traceback_on_demand(verb: None) -> None:
    with pytest.raises(RuntimeError, match="odd"):
        main(["--debug", "try"])


PROGRAM = """
import sys, time
from piste.cli import application
from piste.cli.verbs import Verb

def attempt() -> None:
    {act}

application.VERBS = (Verb("try", "__main__:attempt", "Try."),)
sys.exit(application.main(["try"]))
"""


def test_a_letter_that_the_terminal_lacks_is_replaced() -> None:
    outcome = run(PROGRAM.format(act="print('Zoë')"), PYTHONIOENCODING="ascii")
    assert (outcome.returncode, outcome.stdout) == (DONE, b"Zo?\n")


@pytest.mark.parametrize(
    "command",
    [[sys.executable, "-m", "piste"], [str(Path(sys.executable).with_name("piste"))]],
    ids=["module", "script"],
)
def test_the_version_is_that_of_the_package(command: list[str], tmp_path: Path) -> None:
    outcome = subprocess.run([*command, "--version"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (DONE, f"{piste.__version__}\n", "")
    assert importlib.metadata.version("piste") == piste.__version__


def test_without_a_verb_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == DONE
    assert "Usage: piste COMMAND" in capsys.readouterr().out


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_each_verb_explains_each_of_its_options(verb: Verb, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb.name, "--help"]) == DONE
    assert f"Usage: piste {verb.name}" in capsys.readouterr().out
    command = application.application()[verb.name]
    for argument in command.assemble_argument_collection(parse_docstring=True):
        assert argument.parameter.help, f"piste {verb.name}: {argument.name} has no help"


@pytest.mark.parametrize("lines", [1, 5000], ids=["at the flush", "while writing"])
def test_a_reader_that_leaves_early_is_no_mistake(tmp_path: Path, runs: Path, lines: int) -> None:
    first = next(iter(runs.iterdir()))
    for number in range(lines if lines > 1 else 0):
        (runs / f"copy-{number}").symlink_to(first)
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "piste", "runs", str(runs)]
    outcome = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=120, check=False)
    os.close(writing)
    assert (outcome.returncode, outcome.stderr) == (READER_GONE, b"")


def test_ctrl_c_ends_a_real_process_cleanly() -> None:
    program = PROGRAM.format(act="print('ready', flush=True); time.sleep(60)")
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == STOPPED
    assert said == "piste: Stopped by Ctrl-C; what was finished is kept.\n"
