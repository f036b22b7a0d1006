"""What the documents tell people to type, to read and to look for is there."""

import ast
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from django.conf import settings
from django.core.management import BaseCommand, call_command, get_commands, load_command_class
from django.db import connections
from django.test import Client
from django.urls import resolve

from windproject.urls import urlpatterns

ROOT: Path = settings.BASE_DIR
READMES = [ROOT / "README.md", ROOT / "README.pt-BR.md"]
PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [*READMES, ROOT / "CONTRIBUTING.md", *PAGES]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)

# What no test can type, and why. Everything else is typed, in a folder where each program is a
# stand-in that notes what it is told; what it was told is then checked.
NOT_RUN = {
    "cp .env.example .env": "it would configure this checkout",
    "docker compose up --build --detach": "it needs Docker",
    "docker compose exec web python manage.py createsuperuser": "it needs Docker",
    "pipx run pre-commit install": "it needs pipx, and changes the repository",
}
# What is run in earnest, on the databases of the tests, unless it has workers or psql do it.
RUN = {"aggregate", "audit", "partitions", "verify_source"}
BY_OTHERS = {"--queue", "--repair"}

STAND_IN = """#!/bin/sh
printf '%s\\0' $# "${0##*/}" "$@" >> "$NOTES"
"""
PROGRAMS = ["make", "curl", "docker", "cp", "pipx", "python3", ".venv/bin/python"]

Command = list[str]


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


def blocks(*languages: str) -> list[Any]:
    """Return the blocks in some languages, each named after its document."""
    return [
        pytest.param(body, id=f"{name_of(document)}-{number}")
        for document in DOCUMENTS
        for number, (language, body) in enumerate(BLOCK.findall(document.read_text()))
        if language in languages
    ]


@pytest.fixture
def typed(tmp_path: Path) -> Callable[[str], list[Command]]:
    """What types a block into a shell, and returns the programs that it calls, with arguments."""
    for program in PROGRAMS:
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).write_text(STAND_IN)
        (tmp_path / program).chmod(0o755)
    (tmp_path / "date").symlink_to(str(shutil.which("date")))
    environment = {"PATH": str(tmp_path), "NOTES": str(tmp_path / "notes"), "TOKEN": "a1b2"}
    shell = [str(shutil.which("bash")), "-euc"]

    def type_in(block: str) -> list[Command]:
        subprocess.run([*shell, block], cwd=tmp_path, env=environment, check=True, timeout=30)
        return list(noted((tmp_path / "notes").read_text().split("\0")[:-1]))

    return type_in


def noted(words: list[str]) -> Iterator[Command]:
    while words:
        end = int(words[0]) + 2
        yield words[1:end]
        words = words[end:]


def check(command: Command, client: Client) -> None:
    """Fail where what is typed leads nowhere, or nobody knows where it leads."""
    program, *arguments = command
    checks = {"make": check_make, "python": check_python, "python3": check_python}
    if program == "curl":
        check_curl(command, client)
    elif shlex.join(command) not in NOT_RUN:
        assert program in checks, "it is neither checked nor listed in NOT_RUN"
        checks[program](arguments)


def check_make(targets: Command) -> None:
    defined = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M)
    assert targets
    assert [target for target in targets if "=" not in target and target not in defined] == []


def check_python(arguments: Command) -> None:
    program, *others = arguments
    if program == "manage.py":
        check_manage(*others)
        return
    if program == "-m":
        assert find_spec(others[0])
        others = [argument for argument in others[1:] if not argument.startswith("-")]
    files = others if program == "-m" else arguments
    assert [file for file in files if not (ROOT / file).exists()] == []


def check_manage(name: str, *arguments: str) -> None:
    command = load_command_class(get_commands()[name], name)
    assert isinstance(command, BaseCommand)
    options = command.create_parser("manage.py", name).parse_args(arguments)
    if name in RUN and not BY_OTHERS & {*arguments}:
        call_command(name, *arguments)
    elif name == "dbshell":
        _, statement = options.parameters
        connections[options.database].cursor().execute(statement)


def check_curl(command: Command, client: Client) -> None:
    (address,) = (word for word in command if word.startswith("http"))
    parts = urlsplit(address)
    assert parts.netloc == f"localhost:{settings.WEB_PORT}"
    target = f"{parts.path}?{parts.query}"
    if "-d" not in command:
        assert client.get(target).status_code == 200
    else:
        body = command[command.index("-d") + 1]
        answer = client.post(target, body, content_type="application/json")
        assert answer.status_code in (200, 202), answer.content


@pytest.fixture
def farm(db: None) -> None:
    """A turbine, and some days of it that end yesterday."""
    call_command("seed_source", days=2)


@pytest.mark.django_db
@pytest.mark.usefixtures("farm")
@pytest.mark.parametrize("block", blocks("sh", "bash", "console"))
def test_what_is_to_be_typed_can_be_typed(
    block: str, typed: Callable[[str], list[Command]], admin_client: Client
) -> None:
    commands = typed(block)
    assert commands
    for command in commands:
        check(command, admin_client)


def test_what_is_not_run_stands_in_a_document() -> None:
    texts = "".join(document.read_text() for document in DOCUMENTS)
    assert [command for command in NOT_RUN if f"\n{command}" not in texts] == []


@pytest.mark.parametrize("block", blocks("python"))
def test_a_block_of_python_compiles(block: str) -> None:
    assert ast.parse(block).body


@pytest.mark.django_db
@pytest.mark.parametrize("block", blocks("sql"))
def test_a_block_of_sql_is_understood(block: str) -> None:
    connections["default"].cursor().execute(block)


def test_every_block_says_in_which_language_it_is() -> None:
    languages = {
        language for document in DOCUMENTS for language, _ in BLOCK.findall(document.read_text())
    }
    assert languages <= {"sh", "bash", "console", "python", "sql", "mermaid"}


# Sentences: what is between backticks, outside of blocks.


def spans(document: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", BLOCK.sub("", document.read_text()))


def every_span(pattern: str) -> list[str]:
    return sorted(
        {span for document in DOCUMENTS for span in spans(document) if re.match(pattern, span)}
    )


@pytest.mark.parametrize("span", every_span(r"make [a-z]|WEB_PORT=\d+ make"))
def test_a_target_that_a_sentence_names_exists(span: str) -> None:
    check_make(span[span.index("make ") :].split()[1:])


COMMANDS = "|".join(get_commands())


@pytest.mark.parametrize("span", every_span(rf"(\S*python )?(manage.py )?({COMMANDS}) --"))
def test_an_option_that_a_sentence_names_exists(span: str) -> None:
    name = next(word for word in span.split() if word in get_commands())
    command = load_command_class(get_commands()[name], name)
    options = command.create_parser("manage.py", name)._option_string_actions
    assert {*re.findall(r"--[a-z][a-z-]*", span)} <= {*options}


API = (ROOT / "docs" / "api.md").read_text()
URLS = ["/" + str(one.pattern).replace("<int:pk>", "{id}") for one in urlpatterns]
FOR_PROGRAMS = [url for url in URLS if re.match(r"/(api|data|health|metrics)", url)]


def parameters_of(path: str) -> set[str]:
    view = resolve(path.replace("{id}", "1")).func
    filterset = getattr(getattr(view, "view_class", None), "filterset_class", None)
    return {*filterset.base_filters} if filterset else set()


@pytest.mark.parametrize("span", every_span(r"(GET|POST) /|/(api|data|metrics|health/)"))
def test_an_address_that_a_sentence_names_exists(span: str) -> None:
    path, _, parameters = span.rpartition(" ")[2].partition("?")
    assert {*re.findall(r"\w+", parameters)} <= parameters_of(path.rstrip("["))


@pytest.mark.parametrize("path", FOR_PROGRAMS)
def test_every_address_is_described_with_its_parameters(path: str) -> None:
    operating = (ROOT / "docs" / "operating.md").read_text()
    row = re.search(rf"^\| `GET {re.escape(path)}(?=[`?\[]).*", API + operating, re.M)
    table = API.partition(f"| parameter of `{path}` |")[2].partition("\n\n")[0]
    assert row
    assert parameters_of(path) <= {*re.findall(r"\w+", row[0] + table)}


# Links.


def slug(heading: str) -> str:
    """Return the anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", document.read_text()), re.M)
    return {slug(heading) for heading in headings}


LINKS = [
    pytest.param(document, target, id=f"{name_of(document)}:{target}")
    for document in DOCUMENTS
    for target in dict.fromkeys(re.findall(r"\]\(([^)]+)\)", document.read_text()))
    if "://" not in target
]


@pytest.mark.parametrize(("document", "target"), LINKS)
def test_a_link_leads_somewhere(document: Path, target: str) -> None:
    path, _, anchor = unquote(target).partition("#")
    file = (document.parent / path).resolve() if path else document
    assert file.exists()
    assert not anchor or anchor in anchors(file)


@pytest.mark.parametrize("readme", READMES, ids=name_of)
def test_every_page_can_be_reached_from_the_readme(readme: Path) -> None:
    text = readme.read_text()
    assert [page.name for page in PAGES if f"](docs/{page.name})" not in text] == []


# What the pages say of the tree.

PACKAGES = "|".join(sorted(file.parent.name for file in ROOT.glob("*/__init__.py")))
PATH = rf"(({PACKAGES}|docs)/[\w./-]*|(?!test_)[\w-]+\.(py|toml|yml|txt)|Procfile|Makefile)$"


@pytest.mark.parametrize("path", every_span(PATH))
def test_a_path_that_a_sentence_names_exists(path: str) -> None:
    assert (ROOT / path).exists()


def folders() -> list[str]:
    """Return the folders of code, and the rooms of those that tests mirror."""
    houses = {file.parent for file in ROOT.glob("*/__init__.py")} | {ROOT / "docs"}
    rooms = {file.parent for house in houses for file in house.glob("*/*.py")}
    return sorted(f"{name_of(one)}/" for one in houses | rooms if one.parent.name != "tests")


@pytest.mark.parametrize("folder", folders())
def test_the_architecture_names_every_folder(folder: str) -> None:
    assert f"`{folder}`" in (ROOT / "docs" / "architecture.md").read_text()


TESTS = [*(ROOT / "tests").rglob("test_*.py")]
CLAIMS = {name for file in TESTS for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)}


@pytest.mark.parametrize("name", every_span(r"test_\w+(\.py)?$"))
def test_a_test_that_a_promise_names_exists(name: str) -> None:
    assert name in CLAIMS | {file.name for file in TESTS}


def test_the_configuration_explains_every_variable_of_the_example() -> None:
    explained = {*spans(ROOT / "docs" / "configuration.md")}
    example = (ROOT / ".env.example").read_text()
    assert {*re.findall(r"^(?:# )?([A-Z_]+)=", example, re.M)} <= explained


def test_the_commands_are_those_that_there_are() -> None:
    table = (ROOT / "docs" / "operating.md").read_text().partition("## Commands")[2]
    named = {*re.findall(r"^\| `(\w+)` \|", table.partition("\n## ")[0], re.M)}
    ours = {name for name, app in get_commands().items() if (ROOT / str(app)).is_dir()}
    assert named == ours | {"dbshell"}


def test_a_hook_runs_a_tool_of_the_lock_file() -> None:
    locked = (ROOT / "requirements-dev.txt").read_text()
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repository["hooks"]:
        python, _, tool = hook["entry"].split()[:3]
        assert (python, hook["language"]) == (".venv/bin/python", "system")
        assert re.search(rf"^{tool}==", locked, re.M)
