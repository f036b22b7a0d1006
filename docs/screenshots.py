"""Takes the pictures of the admin in docs/pictures: make screenshots

The farm is simulated and the days shown are long past, so a picture changes where its page does;
only the times of runs change with each making.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
# As in docs/settings.py.
VAR_DIR = ROOT / "var" / "screenshots"
PORT = "8403"
ADMIN = "/admin/aggregates"
SITE = f"http://127.0.0.1:{PORT}"
ENVIRONMENT = os.environ | {"DJANGO_SETTINGS_MODULE": "docs.settings", "WEB_PORT": PORT}
MANAGE = [sys.executable, "manage.py"]

SEED = ["seed_source", "--turbines", "3"]
GAP = "DELETE FROM data WHERE timestamp >= '2025-07-16' AND timestamp < '2025-07-16T15:00'"
FAULT = "UPDATE data SET wind_speed = 55 WHERE timestamp = '2025-08-21T06:43'"
CORRECTION = "UPDATE data SET power = 0 WHERE timestamp = '2025-08-12T12:00'"
A_MINUTE_AND_MORE_S = 90


def addresses(page: Page) -> dict[str, str]:
    """Return what is pictured, by the name of the file."""
    page.goto(f"{ADMIN}/signal/?turbine=T01&variable=wind_speed&statistic=mean")
    link = page.get_by_role("rowheader").get_by_role("link", name="T01").get_attribute("href") or ""
    wind_speed_mean = link.partition("change/")[0]
    return {
        "front-page": "/admin/",
        "days": f"{ADMIN}/day/?year=2025",
        "day": f"{ADMIN}/day/2025-07-16/",
        "preview": f"{ADMIN}/run/run-days/?first=2025-08-10&last=2025-08-14",
        "performance": f"{ADMIN}/performance/turbine-T01/?first=2025-07-01&last=2025-08-31",
        "signal": f"{wind_speed_mean}change/?first=2025-08-20&last=2025-08-22",
        "value": f"{wind_speed_mean}explain/?from=2025-08-21T06:40",
    }


def manage(*arguments: str) -> None:
    """Run a command of the project."""
    subprocess.run([*MANAGE, *arguments], env=ENVIRONMENT, cwd=ROOT, check=True)


def change(sql: str) -> None:
    """Change measurements as anybody may."""
    manage("dbshell", "--database=source", "--", "--quiet", f"--command={sql}")


def fill() -> None:
    """Make a farm: of a summer, a day of which has gaps, one is stale and one missing; and now."""
    shutil.rmtree(VAR_DIR, ignore_errors=True)
    manage("migrate", "--verbosity=0")
    manage(*SEED, "--days=61", "--end=2025-08-30")
    change(GAP)
    change(FAULT)
    manage(*SEED, "--days=10")
    manage("aggregate", "--pending")
    manage(*SEED, "--days=1", "--end=2025-08-31")
    change(CORRECTION)


@contextmanager
def running(*arguments: str) -> Iterator[None]:
    """Run a command of the project until the block ends."""
    program = subprocess.Popen([*MANAGE, *arguments], env=ENVIRONMENT, cwd=ROOT)
    try:
        yield
    finally:
        program.send_signal(signal.SIGINT)
        program.wait()


@contextmanager
def served() -> Iterator[None]:
    """Run all that `make serve` does, and let the farm go on."""
    with running("serve"):
        while not answers():
            time.sleep(0.2)
        with running("simulate", "--live", "--turbines", "3"):
            yield


def answers() -> bool:
    """Return whether the web server does."""
    try:
        with urlopen(f"{SITE}/health/live"):
            return True
    except OSError:
        return False


def log_in(page: Page) -> None:
    """Log in, and wait until the schedule has ticked and all is well."""
    page.goto("/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill((VAR_DIR / "admin-password").read_text().strip())
    page.get_by_role("button", name="Log in").click()
    deadline = time.monotonic() + A_MINUTE_AND_MORE_S
    while "All is well" not in page.content() and time.monotonic() < deadline:
        time.sleep(1)
        page.reload()
    expect(page.get_by_text("All is well")).to_be_visible()


def main() -> None:
    """Fill, serve and take them all."""
    fill()
    with served(), sync_playwright() as playwright:
        # Its own sandbox does not start as root.
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(base_url=SITE, viewport={"width": 1280, "height": 800})
        log_in(page)
        for name, address in addresses(page).items():
            page.goto(address)
            page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
