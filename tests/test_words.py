"""One word for one thing: a variable is named after what it holds, a class has its name alone."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
NOT_OF_THE_HOUSE = {"tests", "benchmarks", "scripts"}
# These names say that there is something, and not what it is.
FORBIDDEN = {"found", "one", "asked", "known", "result", "items", "data"}
# Nor do these constants, which a reader has to look up.
FORBIDDEN |= {"OURS", "SAID", "NOTHING", "NEWS", "UNTOLD"}
# Libraries call these methods and give their parameters the names.
GIVEN_BY_LIBRARIES = {("render", "data"), ("_send_message", "data")}
# Django looks for classes of these names, so there are many of each.
SHARED_CLASSES = {"Command", "DatabaseWrapper", "Media", "Meta"}


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Yield the path and the syntax tree of each file of the packages.

    Migrations are left out: they stay as they were when databases first ran them.
    """
    packages = {path.parent for path in ROOT.glob("*/__init__.py")}
    for package in sorted(packages):
        if package.name not in NOT_OF_THE_HOUSE:
            for file in sorted(package.rglob("*.py")):
                if "migrations" not in file.parts:
                    yield str(file.relative_to(ROOT)), ast.parse(file.read_text())


def names(tree: ast.AST, function: str = "") -> Iterator[tuple[int, str, str]]:
    """Yield the line, the name and the function of each variable and parameter, in order."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield node.lineno, name, function
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield node.lineno, name, function
        inside = node.name if isinstance(node, ast.FunctionDef) else function
        yield from names(node, inside)


def test_a_variable_is_named_after_what_it_holds() -> None:
    forbidden = [
        (f"{path}:{line} {name}", (function, name))
        for path, tree in trees()
        for line, name, function in names(tree)
        if name in FORBIDDEN
    ]
    offences = [place for place, name in forbidden if name not in GIVEN_BY_LIBRARIES]
    assert not offences, f"{len(offences)} names say nothing:\n" + "\n".join(offences)
    assert {name for _, name in forbidden} == GIVEN_BY_LIBRARIES


def test_no_two_classes_have_one_name() -> None:
    places = defaultdict(list)
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name not in SHARED_CLASSES:
                places[node.name].append(f"{path}:{node.lineno} {node.name}")
    shared = [place for same in places.values() if len(same) > 1 for place in same]
    assert places
    assert not shared, "Classes share a name:\n" + "\n".join(shared)
