"""What an operator does of a morning, by mouse and by keyboard."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from aggregates.models import Tick
from aggregates.pages import morning
from common.days import day_start, now, today
from tests import processes
from tests.browser.conftest import NAME, log_in
from tests.browser.farm import DAY, NEXT_DAY, fill, places
from tests.builders import aggregated, measurements, turbine
from tests.processes import PATIENCE_S, wait_until

HOSTILE = '<script>document.title="owned"</script>'


@pytest.fixture
def worker() -> Iterator[None]:
    with processes.broker(), processes.worker():
        wait_until(
            lambda: processes.broker_answers() and morning.morning_at(now()).workers,
            "answer of a worker",
        )
        yield


def test_a_wrong_password_is_told_and_the_right_one_leads_in(page: Page) -> None:
    User.objects.create_superuser(NAME, password="right")
    log_in(page, "wrong")
    expect(page.get_by_text("Please enter the correct username and password")).to_be_visible()
    log_in(page, "right")
    expect(page.get_by_role("heading", name="Wind farm")).to_be_visible()


def test_the_front_page_says_that_all_is_well(admin: Page, worker: None) -> None:
    yesterday = today() - timedelta(days=1)
    minutes = (now() - day_start(yesterday)) // timedelta(minutes=1) + 1
    measurements(turbine(), f"{yesterday}T00:00", power=[100.0] * minutes)
    for day in (yesterday, today()):
        aggregated(day)
    Tick.objects.create(ticked_at=now())
    admin.reload()
    expect(admin.get_by_label("How things stand")).to_contain_text("All is well. 2 of 2 days")


def test_the_front_page_says_what_is_not_well(admin: Page) -> None:
    fill()
    admin.reload()
    strip = admin.get_by_label("How things stand")
    expect(strip).to_contain_text("The broker does not answer: runs wait in the queue.")
    expect(strip).to_contain_text("1 of 2 days current, 1 missing (tried next")


def tab_to(page: Page, selector: str) -> None:
    """Press the tab key until such an element has the focus."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"the tab key does not lead to {selector}")


def test_a_day_is_reached_by_keyboard_alone(admin: Page) -> None:
    fill(day=date(2025, 8, 1))
    admin.goto("/admin/aggregates/day/?year=2025")
    tab_to(admin, ".board a")
    # The keys lead from the first day of the newest month back into the month before.
    for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowLeft"):
        admin.keyboard.press(key)
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", name="2025-11-30")).to_be_visible()


def test_a_day_is_run_and_its_run_followed_to_the_end(admin: Page, worker: None) -> None:
    fill()
    admin.goto(f"/admin/aggregates/day/{NEXT_DAY}/")
    admin.get_by_role("link", name="Run this day…").click()
    expect(admin.get_by_role("heading", name="1 of 1 day will run")).to_be_visible()
    admin.get_by_role("button", name="Run", exact=True).click()
    # The page follows the run by itself: nobody loads it again.
    how_it_goes = admin.get_by_label("How it goes")
    expect(how_it_goes).to_contain_text("Succeeded", timeout=1000 * PATIENCE_S)
    expect(admin.get_by_label("What it changed")).to_contain_text("T01")


def test_a_value_is_explained(admin: Page) -> None:
    fill()
    admin.goto("/admin/aggregates/signal/?variable=wind_speed&statistic=mean")
    admin.get_by_role("rowheader").get_by_role("link", name="T01").click()
    admin.get_by_role("link", name="10:10").click()
    expect(admin.get_by_text("7.8125 m/s is stored for 10:10 to 10:20 UTC")).to_be_visible()
    expect(admin.get_by_text("(7 + 8 + 9 + 7.5 + 8.5 + 9.5 + 6 + 7) / 8 = 7.8125")).to_be_visible()
    expect(admin.get_by_role("cell", name="rejected: above 50 m/s")).to_be_visible()
    admin.get_by_role("row", name="wind_direction").get_by_role("link").first.click()
    expect(admin.get_by_text("deg is stored for 10:10 to 10:20 UTC")).to_be_visible()


def test_a_day_leads_to_the_values_that_a_turbine_has_on_it(admin: Page) -> None:
    fill()
    admin.goto(f"/admin/aggregates/day/{DAY}/")
    admin.get_by_role("row", name="T01").get_by_role("link", name="T01").click()
    admin.get_by_label("Its variables").get_by_role("link", name="wind_speed").click()
    admin.get_by_role("link", name="10:10").click()
    expect(admin.get_by_text("is stored for 10:10 to 10:20 UTC")).to_be_visible()


def test_a_click_on_the_chart_explains_the_value_there(admin: Page) -> None:
    fill()
    admin.goto(places()["a signal"].path)
    # A transparent layer over the chart takes the mouse, hence `force`.
    second = admin.locator(".chart .bars path:visible").nth(1)
    second.hover(force=True)
    second.click(force=True)
    expect(admin.get_by_text("is stored for 10:10 to 10:20 UTC")).to_be_visible()


def test_a_hostile_name_of_a_turbine_is_text(admin: Page) -> None:
    fill(HOSTILE)
    for name, place in places().items():
        admin.goto(place.path)
        assert (HOSTILE in admin.locator("body").inner_text()) == place.names_turbine, name
        assert admin.title() != "owned", name


def test_a_browser_that_is_not_told_of_the_icon_finds_it(page: Page) -> None:
    answer = page.goto("/favicon.ico")
    assert answer
    assert answer.headers["content-type"] == "image/svg+xml"
