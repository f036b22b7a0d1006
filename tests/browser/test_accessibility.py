"""Whoever cannot see, or sees otherwise, or has a small screen, reads the pages as well."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.farm import fill, places

pytestmark = pytest.mark.long
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
APPEARANCES = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]
# Swagger's page comes whole from its package, so these violations are not ours to mend.
SWAGGERS = {"color-contrast", "html-has-lang", "nested-interactive", "target-size"}


@pytest.fixture(autouse=True, params=APPEARANCES, ids=str)
def appearance(page: Page, request: pytest.FixtureRequest) -> None:
    """Light or dark, on a wide screen or a telephone's."""
    scheme, width = request.param
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})


def violations(page: Page) -> set[str]:
    """Return the rule and the element of each violation of WCAG 2.2, A or AA, that axe finds."""
    options = {"runOnly": TAGS, "resultTypes": ["violations"]}
    report = Axe().run(page, options=options).response
    assert report["passes"]
    return {
        f"{rule['id']}: {node['html']}" for rule in report["violations"] for node in rule["nodes"]
    }


def test_the_login_can_be_read_by_everybody(page: Page) -> None:
    page.goto("/admin/login/")
    assert violations(page) == set()


def test_a_page_can_be_read_by_everybody(admin: Page, subtests: pytest.Subtests) -> None:
    fill()
    for name, place in places().items():
        with subtests.test(page=name):
            admin.goto(place.path)
            assert violations(admin) == set()


def test_what_describes_the_api_keeps_nobody_out_beyond_what_swagger_does(page: Page) -> None:
    page.goto("/api/docs")
    page.locator(".opblock").first.wait_for()
    rules = {violation.partition(":")[0] for violation in violations(page)}
    assert rules <= SWAGGERS
