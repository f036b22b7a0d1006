"""Who may import whom, and what every part must have."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands

ROOT: Path = settings.BASE_DIR
# The floors of the house, the ground first; no package imports one above its own.
FLOORS = [{"common", "embedded"}, {"sourcedata"}, {"aggregates"}, {"windproject"}]
PACKAGES = sorted(set().union(*FLOORS))
NOT_OF_THE_HOUSE = {"tests", "benchmarks", "scripts"}

DOORS = [f"aggregates/{door}" for door in ("tasks.py", "management", "admin", "pages", "api")]
# The doors leave it to these rooms to compute and to write statistics.
INNER = ["aggregates/compute/transform.py", "aggregates/compute/statistics.py"]
INNER += ["aggregates/compute/difference.py", "aggregates/runs/load.py"]

PURE = ["aggregates/compute", "aggregates/analysis", "aggregates/audit/comparison.py"]
PURE += ["common/rest/tables.py", "common/days.py", "common/arrays.py", "common/wording.py"]
PURE += [f"aggregates/assessment/{name}.py" for name in ("conditions", "farm", "findings")]
PURE += [f"aggregates/assessment/{name}.py" for name in ("neighbours", "reference_curve")]
PURE += ["aggregates/assessment/sequences.py", "aggregates/assessment/turbine_days.py"]
PURE += ["aggregates/assessment/checks"]
PURE += ["sourcedata/variables.py", "sourcedata/simulation.py"]
# History reads stored values from the database; the rest of its folder computes from them.
NOT_PURE = {"aggregates/analysis/history.py"}
FORBIDDEN_TO_PURE = ["django", "celery", "rest_framework", "windproject"]


def modules(*places: str) -> list[Path]:
    """Return the Python files at some paths, each of which must exist and have one."""
    files: list[Path] = []
    for place in places:
        path = ROOT / place
        inside = [path] if path.is_file() else sorted(path.rglob("*.py"))
        assert inside, f"{place} does not exist"
        files += [file for file in inside if "migrations" not in file.parts]
    return files


def imports(module: Path) -> Iterator[str]:
    """Yield the full name of everything that the module imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(place: str) -> str:
    return place.removesuffix(".py").replace("/", ".")


def importers_of(place: str, *importers: str) -> set[str]:
    """Return which of the importers' files import the file or the folder at `place`."""
    assert modules(place)
    return {
        str(module.relative_to(ROOT))
        for module in modules(*importers)
        for name in imports(module)
        if name == dotted(place) or name.startswith(f"{dotted(place)}.")
    }


def test_every_package_has_its_floor() -> None:
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert packages - NOT_OF_THE_HOUSE == set(PACKAGES)


@pytest.mark.parametrize("floor", range(len(FLOORS)))
def test_no_package_imports_one_above_it_or_beside_it(floor: int) -> None:
    for package in FLOORS[floor]:
        for other in set().union(*FLOORS[floor:]) - {package}:
            assert importers_of(other, package) == set(), f"{package} imports {other}"


def test_the_target_knows_the_source_only_through_its_gateway() -> None:
    places = [str(path.relative_to(ROOT)) for path in (ROOT / "aggregates").iterdir()]
    others = [place for place in places if place != "aggregates/source" and "__" not in place]
    names = {
        name
        for place in others
        if (ROOT / place).suffix == ".py" or (ROOT / place / "__init__.py").exists()
        for module in modules(place)
        for name in imports(module)
        if name.startswith("sourcedata")
    }
    assert names
    declarations = ("sourcedata.variables.", "sourcedata.nameplate.")
    assert {name for name in names if not name.startswith(declarations)} == set()


def test_only_the_gateway_asks_the_reader_or_another_deployment() -> None:
    gateway = "aggregates/source/gateway.py"
    assert importers_of("aggregates/source/remote.py", "aggregates") == {gateway}
    answers = {f"aggregates/source/{name}.py" for name in ("remote", "remote_turbines")}
    assert importers_of("sourcedata/reader.py", "aggregates") == {gateway, *answers}
    # Those two answer in the reader's place, so they share its types and nothing else.
    words = {
        name for file in answers for name in imports(ROOT / file) if "sourcedata.reader" in name
    }
    allowed = {"RosterEntry", "Snapshot", "TurbineDay"}
    assert {name.rpartition(".")[2] for name in words} == allowed


def pure_modules() -> list[str]:
    paths = [str(module.relative_to(ROOT)) for module in modules(*PURE)]
    assert set(paths) >= NOT_PURE
    return [module for module in paths if module not in NOT_PURE]


IMPORT_WITHOUT = f"""
import sys
for name in {FORBIDDEN_TO_PURE}:
    sys.modules[name] = None
__import__(sys.argv[1])
"""


@pytest.mark.parametrize("module", pure_modules())
def test_a_pure_module_loads_where_nothing_else_is(module: str) -> None:
    name = dotted(module).removesuffix(".__init__")
    command = [sys.executable, "-c", IMPORT_WITHOUT, name]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (loaded.returncode, loaded.stderr) == (0, "")


@pytest.mark.parametrize("module", pure_modules())
def test_a_pure_module_imports_at_its_top_alone(module: str) -> None:
    tree = ast.parse((ROOT / module).read_text())
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [node for node in statements if node not in tree.body] == []


def test_runs_import_no_door() -> None:
    for door in DOORS:
        assert (
            importers_of(door, "aggregates/runs", "aggregates/source", "aggregates/models") == set()
        )


def test_no_door_writes_statistics_or_computes_them() -> None:
    for room in INNER:
        assert importers_of(room, *DOORS) == set()


def test_the_audit_computes_and_compares_without_the_code_it_checks() -> None:
    independent = [f"aggregates/audit/{name}.py" for name in ("expected", "comparison")]
    names = {name for file in independent for name in imports(ROOT / file)}
    of_others = {name for name in names if name.startswith("aggregates.")}
    assert {name.rpartition(".")[0] for name in of_others} == {"aggregates.audit.comparison"}
    shared = {name for name in imports(ROOT / independent[0]) if "sourcedata" in name}
    assert shared == {"sourcedata.variables.VARIABLES", "sourcedata.variables.Variable"}


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_command_has_a_test() -> None:
    commands = {name for name, app in get_commands().items() if app in PACKAGES}
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests").rglob("test_*.py")}
    assert len(commands) >= 5
    assert commands <= tested


def test_every_module_has_a_docstring() -> None:
    without = [
        str(module.relative_to(ROOT))
        for module in modules(*PACKAGES)
        if module.read_text().strip() and not ast.get_docstring(ast.parse(module.read_text()))
    ]
    assert without == []


# A browser without scripts is told what it lacks; all else is said by pages.
NOT_SHOWN = re.compile(r"{#.*?#}|{%.*?%}|<noscript>.*?</noscript>|<script.*?</script>", re.DOTALL)


def sentences_of(template: Path) -> list[str]:
    text = re.sub(r"<[^>]*>", "\n", NOT_SHOWN.sub("", template.read_text()))
    lines = [line.strip() for line in re.sub(r"{{.*?}}", "X", text).splitlines()]
    return [line for line in lines if line.endswith(".") and len(line.split()) > 2]


def test_a_template_of_the_admin_holds_no_sentence() -> None:
    templates = sorted(ROOT.glob("aggregates/templates/**/*.html"))
    assert len(templates) > 10
    assert {path.name: sentences_of(path) for path in templates if sentences_of(path)} == {}
