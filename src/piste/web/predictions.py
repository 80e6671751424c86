"""The predictions for the test split, to browse: sorted, filtered and a page at a time, straight from the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from piste.core.errors import RunError
from piste.core.records import EvaluationRecord
from piste.core.runs import EVALUATION, PREDICTIONS, RunFolder
from piste.data.plain_path import plain_path
from piste.web.answers import RefusedError
from piste.web.places import readable
from piste.web.records import Reader

PAGE = 50  # rows
TRUTH_OF, PREDICTION_OF, PROBABILITY_OF = "truth of ", "prediction of ", "probability of "
SORTS = ("row", "truth", "prediction", "confidence", "error")
_LONGEST = 200  # characters of a label that are shown
_LEVELS = 200  # labels offered to filter by


@dataclass(frozen=True)
class _Form:
    """How the columns of a file are read: SQL expressions of what is shown."""

    kind: str  # "classes", "labels" or "numbers"
    truth: str
    prediction: str
    confidence: str  # "null" where there is none
    error: str  # 1 for a wrong class, the distance of numbers


class Predictions:
    """Answers questions about `predictions.parquet`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def page(self, folder: RunFolder, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return one page of rows with the filters and the order that `asked` names.

        `asked` may have "sort" (one of `SORTS`), "down" (1 for the largest first), "wrong" (1 for mistakes alone),
        "truth", "prediction" (labels), "find" (a part of either) and "offset". Raises `RunError` where there is no file
        or it is damaged, `RefusedError` for an order or offset that there is not.
        """
        path = folder.file(PREDICTIONS)
        if not readable(path):
            raise RunError("There are no predictions yet: they are made once, at the end of a run.")
        try:
            with plain_path(path) as plain, duckdb.connect(config=_MODEST) as connection:
                source = f"read_parquet({_literal(str(plain))})"
                form = _form([str(one[0]) for one in connection.execute(f"describe from {source}").fetchall()])
                connection.execute(f"create temp view shown as select {_shown(form)} from {source}")
                return {**_page(connection, form, asked), **self._examples(folder)}
        except (duckdb.Error, UnicodeError) as error:
            raise RunError(f"{path.name} is damaged ({str(error).splitlines()[0][:300]}).") from error

    def _examples(self, folder: RunFolder) -> dict[str, Any]:
        try:
            judged = self._reader.record(folder, EvaluationRecord, EVALUATION)
        except RunError as error:
            return {"examples": [], "note": str(error)}
        return {"examples": judged.wrong if judged else ()}


_MODEST: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "memory_limit": "1GB"}


def _form(columns: list[str]) -> _Form:
    sure = [name for name in columns if name.startswith(PROBABILITY_OF)]
    if "truth" in columns and "prediction" in columns:
        if sure:
            return _Form(
                "classes",
                '"truth"::varchar',
                '"prediction"::varchar',
                f"greatest({', '.join(f'{_quoted(name)}::double' for name in sure)})",
                '("truth"::varchar is distinct from "prediction"::varchar)::int',
            )
        return _Form("numbers", '"truth"::double', '"prediction"::double', "null", 'abs("prediction" - "truth")')
    truths = [name.removeprefix(TRUTH_OF) for name in columns if name.startswith(TRUTH_OF)]
    if truths and sure:
        truth, said = (_named(truths, prefix) for prefix in (TRUTH_OF, ""))
        wrong = " or ".join(f"{_quoted(TRUTH_OF + name)} is distinct from {_quoted(name)}" for name in truths)
        return _Form("labels", truth, said, "null", f"({wrong})::int")
    if truths:
        truth, said = (_joined(truths, prefix) for prefix in (TRUTH_OF, PREDICTION_OF))
        apart = [f"abs({_quoted(PREDICTION_OF + name)} - {_quoted(TRUTH_OF + name)})" for name in truths]
        return _Form("numbers", truth, said, "null", f"({' + '.join(apart)}) / {len(apart)}")
    raise RunError(f"{PREDICTIONS} has no columns of truth and prediction; train again.")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _named(labels: list[str], prefix: str) -> str:
    flags = [f"case when {_quoted(prefix + name)} then {_literal(name)} end" for name in labels]
    return f"concat_ws(', ', {', '.join(flags)})"


def _joined(names: list[str], prefix: str) -> str:
    return f"concat_ws(', ', {', '.join(f'round({_quoted(prefix + name)}, 4)' for name in names)})"


def _shown(form: _Form) -> str:
    row = '"row"::bigint as "row"'
    return (
        f"{row}, {form.truth} as truth, {form.prediction} as prediction, {form.confidence}::double as confidence, "
        f"({form.error})::double as error"
    )


def _page(connection: duckdb.DuckDBPyConnection, form: _Form, asked: Mapping[str, str]) -> dict[str, Any]:
    sort, offset = asked.get("sort") or "row", asked.get("offset") or "0"
    if sort not in SORTS or not offset.isdecimal() or len(offset) > 12:
        raise RefusedError(f"The order must be one of {', '.join(SORTS)}, and the offset a whole number.")
    conditions, values = _conditions(form, asked)
    where = f"where {' and '.join(conditions)}" if conditions else ""
    direction = "desc" if asked.get("down") == "1" else "asc"
    order = f'order by {_quoted(sort)} {direction} nulls last, "row" limit {PAGE} offset {int(offset)}'
    found = connection.execute(f"select * from shown {where} {order}", values).fetchall()
    counted = connection.execute(f"select count(*) from shown {where}", values).fetchone()
    every = connection.execute("select count(*), sum((error > 0)::int) from shown").fetchone()
    total, wrong = every or (0, 0)
    return {
        "kind": form.kind,
        "rows": [_cut(one) for one in found],
        "found": counted[0] if counted else 0,
        "total": total,
        "wrong": wrong if form.kind != "numbers" else None,
        "levels": _levels(connection) if form.kind == "classes" else [],
        "page": PAGE,
    }


def _conditions(form: _Form, asked: Mapping[str, str]) -> tuple[list[str], list[str]]:
    conditions, values = [], []
    if asked.get("wrong") == "1" and form.kind != "numbers":
        conditions.append("error > 0")
    for name in ("truth", "prediction"):
        if asked.get(name):
            conditions.append(f"{name}::varchar = ?")
            values.append(asked[name])
    if asked.get("find"):
        conditions.append(
            "(contains(lower(truth::varchar), lower(?)) or contains(lower(prediction::varchar), lower(?)))"
        )
        values += [asked["find"], asked["find"]]
    return conditions, values


def _levels(connection: duckdb.DuckDBPyConnection) -> list[str]:
    every = "select truth as level from shown union select prediction from shown"
    found = connection.execute(f"select level from ({every}) where level is not null order by level limit {_LEVELS}")
    return [level for (level,) in found.fetchall()]


def _cut(row: tuple[Any, ...]) -> dict[str, Any]:
    names = ("row", "truth", "prediction", "confidence", "error")
    return {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in zip(names, row, strict=True)}
