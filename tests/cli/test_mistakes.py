import pytest

from piste.cli import main
from piste.cli.application import MISTAKE


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("rnus", "There is no verb rnus. Did you mean runs? `piste --help` lists what there is."),
        ("--foo", "There is no verb --foo; the verbs are "),
        ("runs --jsno", "There is no option --jsno. Did you mean --json? `piste runs --help` lists what there is."),
        ("runs --jsno=1", "There is no option --jsno=1. Did you mean --json?"),
        ("runs -x", "There is no option -x. `piste runs --help`"),
        ("runs a b", "The argument b is one too many. `piste runs --help`"),
        ("report", "The argument RUN is missing. `piste report --help`"),
        ("report a --runs", "The option --runs needs a value. `piste report --help`"),
        ("report a --runs b --runs c", "Parameter --runs specified multiple times."),
        ("report nothing-here", "nothing-here is not a run folder: it has no run.json. `piste runs` lists"),
        ("report x --text --json", "Only one of --text, --json and --open can be had at a time"),
        ("report x --text --open", "Only one of --text, --json and --open can be had at a time"),
    ],
)
def test_a_mistake_is_one_sentence_that_leads_on(line: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == MISTAKE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"piste: {said}")
    assert err.count("\n") == 1
