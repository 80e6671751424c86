"""The sentences that the linter's rules can say, read from their source: `7` stands for what is filled in."""

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import piste.lint as lint

FILLED = "7"
RULES = Path(str(lint.__file__)).parent / "rules"
REFERENCES = RULES.parent / "probes" / "references.py"
SAID = ("cause", "fix", "others")


def sentences() -> dict[str, dict[str, set[str]]]:
    """Return for each rule's code what its findings may say: title, cause, fix, others, evidence."""
    made = {}
    for path in sorted(RULES.rglob("*.py")):
        if path.name != "__init__.py":
            module = Module(path)
            made[module.code()] = module.said()
    references = Module(REFERENCES)
    for call in references.calls("Suspect"):
        made["L101"]["cause"] |= set(references.texts(call.args[3]))
        made["L101"]["fix"] |= set(references.texts(call.args[4]))
    return made


class Module:
    """The texts of one source file."""

    def __init__(self, path: Path) -> None:
        self._tree = ast.parse(path.read_text("utf-8"))
        self._functions = {one.name: one for one in ast.walk(self._tree) if isinstance(one, ast.FunctionDef)}
        self._reading: list[str] = []

    def calls(self, name: str) -> Iterator[ast.Call]:
        """Yield the calls of a function or method of this name."""
        for one in ast.walk(self._tree):
            if isinstance(one, ast.Call) and name in (getattr(one.func, "id", ""), getattr(one.func, "attr", "")):
                yield one

    def code(self) -> str:
        """Return the code of the rule that is made here."""
        first = next(self.calls("Rule")).args[0]
        assert isinstance(first, ast.Constant)
        return str(first.value)

    def said(self) -> dict[str, set[str]]:
        """Return what `RULE.finding(...)` is given."""
        found: dict[str, set[str]] = {name: set() for name in ("title", *SAID)}
        for call in self.calls("finding"):
            given = {one.arg: one.value for one in call.keywords if one.arg in SAID}
            for name, node in (("title", call.args[1]), *given.items()):
                found[str(name)] |= set(self.texts(node))
        found["evidence"] = {text for call in self.calls("Evidence") for text in self._evidence(call)}
        # Causes of L101 are those of a suspect, which `sentences` reads where suspects are made.
        return {name: texts - {FILLED} for name, texts in found.items()}

    def _evidence(self, call: ast.Call) -> list[str]:
        """What was measured, and what was expected of it where that is more than a number."""
        texts = [text for node in (call.args[0], *call.args[2:]) for text in self.texts(node)]
        return [text for text in texts if re.search("[A-Za-z]", text)]

    def texts(self, node: ast.AST) -> list[str]:
        """Return the texts that an expression may be."""
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else [FILLED]
        if isinstance(node, ast.JoinedStr):
            return self._filled(node)
        if isinstance(node, ast.FormattedValue):
            return self.texts(node.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._joined([self.texts(node.left), self.texts(node.right)])
        if isinstance(node, ast.IfExp):
            return [*self.texts(node.body), *self.texts(node.orelse)]
        if isinstance(node, ast.List | ast.Tuple):
            return [text for one in node.elts for text in self.texts(one)]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self._functions:
            made = [one for one in ast.walk(self._functions[node.func.id]) if isinstance(one, ast.Return)]
            return [text for one in made if one.value is not None for text in self.texts(one.value)]
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            return self._element(node.value, node.slice.value)
        return self._named(node.id) if isinstance(node, ast.Name) else [FILLED]

    def _filled(self, node: ast.JoinedStr) -> list[str]:
        """Choices that ask the same are made alike."""
        parts = [one.value if isinstance(one, ast.FormattedValue) else one for one in node.values]
        asked = list(dict.fromkeys(ast.dump(one.test) for one in parts if isinstance(one, ast.IfExp)))
        made = []
        for answers in itertools.product((True, False), repeat=len(asked)):
            said = dict(zip(asked, answers, strict=True))
            made += self._joined([self.texts(_decided(one, said)) for one in parts])
        return made

    def _joined(self, parts: list[list[str]]) -> list[str]:
        return ["".join(one) for one in itertools.product(*parts)]

    def _element(self, node: ast.AST, at: object) -> list[str]:
        values = self._assigned(node.id) if isinstance(node, ast.Name) else []
        chosen = [one.elts[at] for one in values if isinstance(one, ast.Tuple) and isinstance(at, int)]
        return [text for one in chosen for text in self.texts(one)] or [FILLED]

    def _named(self, name: str) -> list[str]:
        if name in self._reading:
            return [FILLED]
        self._reading.append(name)
        found = [text for one in (*self._assigned(name), *self._handed(name)) for text in self.texts(one)]
        self._reading.pop()
        return found or [FILLED]

    def _assigned(self, name: str) -> list[ast.AST]:
        found: list[ast.AST] = []
        for one in ast.walk(self._tree):
            if not isinstance(one, ast.Assign):
                continue
            for target in one.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    found.append(one.value)
                elif isinstance(target, ast.Tuple) and isinstance(one.value, ast.Tuple):
                    pairs = zip(target.elts, one.value.elts, strict=True)
                    found += [value for place, value in pairs if isinstance(place, ast.Name) and place.id == name]
        return found

    def _handed(self, name: str) -> list[ast.AST]:
        """Return what is handed in for a parameter called `name`, wherever its function is called in this file."""
        found: list[ast.AST] = []
        for function in self._functions.values():
            names = [one.arg for one in function.args.args]
            if name in names:
                for call in self.calls(function.name):
                    given = [part for one in call.args for part in self._unpacked(one)]
                    found += given[names.index(name) : names.index(name) + 1]
                    found += [one.value for one in call.keywords if one.arg == name]
        return found

    def _unpacked(self, node: ast.AST) -> list[ast.AST]:
        if not isinstance(node, ast.Starred):
            return [node]
        values = self._assigned(node.value.id) if isinstance(node.value, ast.Name) else []
        return list(values[0].elts) if values and isinstance(values[0], ast.Tuple) else [node]


def _decided(node: ast.AST, said: dict[str, bool]) -> ast.AST:
    if not isinstance(node, ast.IfExp):
        return node
    return node.body if said[ast.dump(node.test)] else node.orelse
