"""A deployment that has variables of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import copied
from tests.windproject.deployments import Deployment


@pytest.fixture
def deployment(transactional_db: None, tmp_path: Path) -> Iterator[Deployment]:
    with copied("source"), copied("default"):
        yield Deployment(tmp_path)
