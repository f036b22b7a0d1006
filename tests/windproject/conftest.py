"""A deployment that has variables of its own, and the web server as it is run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import copied
from tests.windproject.deployments import Deployment
from tests.windproject.sites import Site, served


@pytest.fixture
def deployment(transactional_db: None, tmp_path: Path) -> Iterator[Deployment]:
    with copied("source"), copied("default"):
        yield Deployment(tmp_path)


@pytest.fixture
def site(transactional_db: None) -> Iterator[Site]:
    with served() as site:
        site.proves_to_answer()
        yield site
