"""Who may import whom, and what every part must have."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands

ROOT: Path = settings.BASE_DIR
OURS = ("common", "embedded", "sourcedata", "aggregates", "windproject")
PURE = [
    "aggregates/compute/statistic_names.py",
    "aggregates/compute/windows.py",
    "aggregates/compute/statistics.py",
    "aggregates/compute/transform.py",
    "aggregates/compute/difference.py",
    "aggregates/analysis/downsampling.py",
    "aggregates/models/figures.py",
    "aggregates/analysis/performance.py",
    "aggregates/pages/performance_figures.py",
    "aggregates/pages/signal_figure.py",
    "common/rest/tables.py",
    "sourcedata/variables.py",
    "sourcedata/simulation.py",
    "common/days.py",
]
DOORS = [
    "aggregates/management",
    "aggregates/tasks.py",
    "aggregates/api.py",
    "aggregates/values_api.py",
    "aggregates/admin",
]


def modules(*places: str) -> list[Path]:
    found = [ROOT / place for place in places]
    files = [
        file for place in found for file in ([place] if place.is_file() else place.rglob("*.py"))
    ]
    return [file for file in files if "migrations" not in file.parts]


def imports(module: Path) -> Iterator[str]:
    """Yield the full name of everything that the module imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importers_of(package: str, *places: str) -> set[str]:
    return {
        str(module.relative_to(ROOT))
        for module in modules(*places)
        for name in imports(module)
        if name == package or name.startswith(f"{package}.")
    }


def test_the_source_never_imports_the_target() -> None:
    assert importers_of("aggregates", "sourcedata") == set()


def test_the_target_reads_the_source_only_through_its_reader() -> None:
    names = {
        name
        for module in modules("aggregates")
        for name in imports(module)
        if name.startswith("sourcedata")
    }
    allowed = ("sourcedata.reader", "sourcedata.variables")
    assert {name for name in names if not name.startswith(allowed)} == set()


def test_only_extract_asks_the_reader() -> None:
    importers = importers_of("sourcedata.reader", "aggregates")
    # These answer in the reader's place, in the reader's words.
    remote = {"aggregates/source/remote.py", "aggregates/source/remote_turbines.py"}
    assert importers == {"aggregates/source/gateway.py", *remote}
    questions = {name for file in remote for name in imports(ROOT / file)}
    assert {name for name in questions if name.startswith("sourcedata.reader")} == {
        "sourcedata.reader.Nameplate",
        "sourcedata.reader.Snapshot",
        "sourcedata.reader.TurbineDay",
    }


def test_only_extract_asks_another_deployment() -> None:
    assert importers_of("aggregates.source.remote", "aggregates") == {
        "aggregates/source/gateway.py"
    }


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_knows_no_django(module: str) -> None:
    assert (ROOT / module).exists()
    assert importers_of("django", module) == set()


def test_the_pipeline_never_imports_a_door() -> None:
    doors = [f"aggregates.{door}" for door in ("tasks", "api", "admin", "management")]
    rooms = ["pipeline", "extract", "transform", "load", "versions", "models"]
    for door in doors:
        assert importers_of(door, *[f"aggregates/{room}.py" for room in rooms]) == set()


def test_the_audit_computes_and_compares_without_the_code_it_checks() -> None:
    for module in ("aggregates/audit/expected.py", "aggregates/audit/comparison.py"):
        assert importers_of("aggregates", module) == set()
    shared = {
        name for name in imports(ROOT / "aggregates/audit/expected.py") if "sourcedata" in name
    }
    assert shared == {"sourcedata.variables.VARIABLES", "sourcedata.variables.Variable"}


def test_no_door_writes_to_a_table_or_computes() -> None:
    inner = ["load", "transform", "statistics", "windows", "difference"]
    existing = [door for door in DOORS if (ROOT / door).exists()]
    for name in inner:
        assert importers_of(f"aggregates.{name}", *existing) == set()


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_command_has_a_test() -> None:
    commands = {name for name, app in get_commands().items() if app in OURS}
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests").rglob("test_*.py")}
    assert len(commands) >= 5
    assert commands <= tested


def test_every_module_has_a_docstring() -> None:
    without = [
        str(module.relative_to(ROOT))
        for module in modules(*OURS)
        if module.read_text().strip() and not ast.get_docstring(ast.parse(module.read_text()))
    ]
    assert without == []
