"""The web server, as it is run, beside slow visitors and a source that keeps others waiting."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import psutil
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles.finders import get_finders
from django.db import connections
from knox.models import AuthToken

from common import waits
from common.days import today
from sourcedata.models import Measurement
from tests.faults.conftest import server_of
from tests.faults.relay import Silence, listening
from tests.processes import environment, wait_until
from tests.sessions import session
from tests.windproject.sites import LOGIN, Site, served
from tests.windproject.test_serve import lives
from windproject.web import SMALL_FILE, lane_of, length_of_body, refusal_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

DAYS = f"/api/days?start={today()}&end=2099-01-01"


@contextmanager
def sixteen(site: Site, address: str) -> Iterator[list[Any]]:
    """Ask for the address sixteen times at once, while the block lasts."""
    with many(16, site, address) as visits:
        yield visits


@contextmanager
def many(number: int, site: Site, address: str) -> Iterator[list[Any]]:
    """Ask for the address so often at once, while the block lasts."""
    with ThreadPoolExecutor(number) as threads:
        visits = [threads.submit(timed, site, address) for _ in range(number)]
        time.sleep(0.3)
        yield visits


def timed(site: Site, address: str) -> tuple[int, float]:
    link, started = HTTPConnection(site.host, site.port, timeout=30), time.monotonic()
    link.request("GET", address, headers={"Cookie": f"sessionid={site.session_id}"})
    answer = link.getresponse()
    answer.read()
    return answer.status, time.monotonic() - started


def test_sixteen_who_wait_for_a_locked_table_keep_nobody_else_waiting(site: Site) -> None:
    with session() as locking:
        locking.run("BEGIN", "LOCK TABLE source_day")
        with sixteen(site, DAYS) as visits:
            site.proves_to_answer()
        answers = [visit.result() for visit in visits]
    assert 503 in {status for status, _ in answers} <= {503, 429}
    assert max(took_s for _, took_s in answers) < 5
    assert timed(site, DAYS)[0] == 200


@contextmanager
def trickling() -> Iterator[Site]:
    """A site whose source begins to answer, and never comes to an end."""

    class Trickling(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):
                while True:
                    self.wfile.write(b"H")
                    time.sleep(0.5)

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Trickling) as source:
        Thread(target=source.serve_forever, args=[0.01], daemon=True).start()
        with served(SOURCE_API_URL=f"http://127.0.0.1:{source.server_port}") as site:
            yield site
        source.shutdown()


def test_sixteen_who_wait_for_a_source_that_trickles_keep_nobody_else_waiting() -> None:
    with trickling() as site, sixteen(site, DAYS) as visits:
        site.proves_to_answer()
        answers = [visit.result() for visit in visits]
    assert {status for status, _ in answers} <= {503, 429}
    assert max(took_s for _, took_s in answers) < 5


def test_many_who_look_at_pages_of_a_source_that_trickles_keep_no_other_page_waiting() -> None:
    with trickling() as site, many(40, site, "/admin/aggregates/run/run-days/") as visits:
        site.proves_to_answer()
        answers = [visit.result() for visit in visits]
    # Who may run days is sent to the runs, with a sentence.
    assert {status for status, _ in answers} <= {302, 429}


@contextmanager
def standing_still(*aliases: str) -> Iterator[None]:
    """Stop the servers of the databases, which then say nothing, while the block lasts."""
    servers = [psutil.Process(server_of(alias)) for alias in aliases]
    stopped = [program for server in servers for program in (server, *server.children())]
    for program in stopped:
        program.suspend()
    try:
        yield
    finally:
        for program in stopped:
            program.resume()


def test_a_source_that_stands_still_keeps_nobody_waiting(site: Site) -> None:
    with standing_still("source"):
        site.proves_to_answer()
        html = site.visitor.get("/admin/").text
        with sixteen(site, DAYS) as visits:
            site.proves_to_answer()
            answers = [visit.result() for visit in visits]
    assert "The database source does not answer. What is shown of it is as of" in html
    assert {status for status, _ in answers} <= {503, 429}
    assert max(took_s for _, took_s in answers) < 5


def test_whether_all_can_be_used_is_told_in_time_where_several_stand_still(site: Site) -> None:
    with standing_still("source", "default"):
        status, took_s = timed(site, "/health/ready")
    assert status == 503
    assert took_s < 2.5


def test_however_many_ask_whether_all_can_be_used_they_are_told_in_time(site: Site) -> None:
    with standing_still("source", "default"), many(24, site, "/health/ready") as visits:
        answers = [visit.result() for visit in visits]
    assert {status for status, _ in answers} == {503}
    assert max(took_s for _, took_s in answers) < 2.5


def test_of_servers_only_those_are_named_that_do_not_answer(site: Site) -> None:
    with listening(settings.CELERY_BROKER_URL, Silence):
        for _ in range(14):
            said = site.visitor.get("/health/ready").json()
            assert said == {"source": "ok", "target": "ok", "broker": "does not answer"}


def test_however_many_ask_for_a_page_that_waits_they_are_told_in_time(site: Site) -> None:
    with session("default") as locking:
        locking.run("BEGIN", "LOCK TABLE run")
        with many(100, site, "/admin/") as visits:
            answers = [visit.result() for visit in visits]
    assert {status for status, _ in answers} == {503, 429}
    assert max(took_s for _, took_s in answers) < waits.PAGE_QUEUED_S + 4


@pytest.mark.parametrize("address", ["/health/live?a=b", "/api/runs?a=b", "/?%ff"])
def test_a_charset_that_decodes_no_address_is_refused_as_any_other(site: Site, address) -> None:
    for charset in ("rot13", "utf-16", "idna"):
        kind = {"Content-Type": f"a/b; charset={charset}"}
        assert site.visitor.get(address, headers=kind).status_code == 415


FIRST_ANSWERS = """
import time
from types import SimpleNamespace
import windproject.gunicorn as server
from windproject.wsgi import application

server.post_worker_init(SimpleNamespace(wsgi=application))
started = time.monotonic()
asked_for = {"PATH_INFO": "/health/live", "HTTP_HOST": "localhost"}
server.setup_testing_defaults(asked_for)
application(asked_for, lambda status, headers: print(status)).close()
print(time.monotonic() - started)
"""


def test_a_process_has_loaded_its_pages_before_the_first_visitor_comes() -> None:
    program = [sys.executable, "-c", FIRST_ANSWERS]
    printed = subprocess.check_output(
        program, cwd=settings.BASE_DIR, env=environment(), text=True
    ).splitlines()
    assert printed[0] == "200 OK"
    assert float(printed[1]) < 0.3


@contextmanager
def closed_target() -> Iterator[None]:
    """Have the target take nobody, as one that is moved, while the block lasts."""
    connection = connections["default"]
    name = connection.settings_dict["NAME"]
    connections.close_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/admin/", 503, "A server does not answer"),
        (LOGIN, 503, "A server does not answer"),
        ("/nope", 404, "There is nothing at this address"),
    ],
)
def test_a_page_of_an_error_needs_no_database(site: Site, address, status, sentence) -> None:
    with closed_target():
        answer = site.visitor.get(address)
    assert (answer.status_code, sentence in answer.text) == (status, True)


@pytest.mark.parametrize("table", ["django_session", "auth_user", "worker", "kept_answer", "run"])
def test_a_page_of_a_table_that_somebody_keeps_locked_says_so_in_time(site: Site, table) -> None:
    with session("default") as locking:
        locking.run("BEGIN", f"LOCK TABLE {table}")
        started = time.monotonic()
        assert site.visitor.get("/admin/").status_code == 503
        assert time.monotonic() - started < 3
    assert site.visitor.get("/admin/").status_code == 200


def test_the_first_page_needs_no_table_of_what_somebody_did(site: Site) -> None:
    with session("default") as locking:
        locking.run("BEGIN", "LOCK TABLE django_admin_log, django_content_type")
        assert site.visitor.get("/admin/").status_code == 200


def test_the_web_server_replaces_a_process_that_stands_still_when_the_table_of_waits_says() -> None:
    script = "from windproject import gunicorn; print(gunicorn.timeout)"
    timeout_s = subprocess.check_output([sys.executable, "-c", script], text=True)
    document = (settings.BASE_DIR / "docs" / "reliability.md").read_text()
    row = f"| a process of the web server that stands still | {waits.WEB_PROCESS_S} |"
    assert (int(timeout_s), row in document) == (waits.WEB_PROCESS_S, True)


FEW_FILES = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
from windproject import gunicorn
print(gunicorn.worker_connections)
"""


def test_connections_leave_files_for_what_else_a_process_needs() -> None:
    assert subprocess.check_output([sys.executable, "-c", FEW_FILES], text=True) == "824\n"


SLOW = {
    "headers": b"GET /admin/ HTTP/1.1\r\nHost: localhost\r\nX: ",
    "bodies": b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
    "bodies of a padded length": (
        b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Cookie: csrftoken=" + b"a" * 32 + b"\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 00000000000000000000100\r\n\r\na"
    ),
    "nothing": b"",
}


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_slow_visitors_keep_nobody_else_waiting(site: Site, sent: bytes) -> None:
    with ExitStack() as links:
        for _ in range(200):
            links.enter_context(site.connect(sent))
        site.proves_to_answer()


LARGE = [
    "/api/values?start=1970-01-01&end=2099-01-01&format=csv&turbine=T01",
    "/%61pi/values?start=1970-01-01&end=2099-01-01&format=csv&turbine=T01",
    "/data?start=1970-01-01&end=2099-01-01&format=json",
    "/static/plotly/plotly.min.js",
]


@contextmanager
def read_slowly(site: Site, address: str) -> Iterator[None]:
    """Have forty ask for the address and read nothing of the answer, while the block lasts."""
    with ExitStack() as links:
        for _ in range(40):
            link = links.enter_context(site.connect(b""))
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            link.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        time.sleep(0.3)
        yield


@pytest.mark.parametrize("address", LARGE)
def test_slow_readers_keep_nobody_else_waiting(site: Site, address: str) -> None:
    with read_slowly(site, address):
        site.proves_to_answer()


STYLE = "/static/admin/css/base.css"


@pytest.mark.parametrize("address", ["/static/plotly/plotly.min.js", STYLE])
def test_slow_readers_of_files_keep_no_page_from_its_style(site: Site, address: str) -> None:
    with read_slowly(site, address):
        status, took_s = timed(site, STYLE)
    assert status == 200
    assert took_s < 3


def prefixed(storage: Any, path: str) -> str:
    return f"{storage.prefix}/{path}" if getattr(storage, "prefix", "") else path


def test_no_file_is_larger_than_its_lane_says() -> None:
    small = [
        storage.path(path)
        for finder in get_finders()
        for path, storage in finder.list([])
        if lane_of(f"GET /static/{prefixed(storage, path)} ".encode()).taken_at_once
    ]
    assert small
    assert [path for path in small if Path(path).stat().st_size > SMALL_FILE] == []


def login_of(number: int) -> bytes:
    """Return the HTTP request of somebody who logs in to an account of their own."""
    token = "a" * 32
    body = f"username=a{number}&password=x&csrfmiddlewaretoken={token}"
    return (
        f"POST {LOGIN} HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken={token}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def test_a_flood_of_logins_keeps_nobody_else_waiting(site: Site) -> None:
    with ExitStack() as links:
        visits = [links.enter_context(site.connect(login_of(number))) for number in range(60)]
        site.proves_to_answer()
        assert {visit.recv(12)[-3:] for visit in visits} == {b"200", b"503"}


def test_who_was_answered_and_does_not_close_keeps_nobody_else_waiting(site: Site) -> None:
    with ExitStack() as links:
        for _ in range(60):
            head = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            links.enter_context(site.connect(head))
        site.proves_to_answer()
        last = links.enter_context(site.connect(head))
        wait_until(lambda: last.recv(1000) == b"", "end of the connection")


@pytest.mark.parametrize(
    ("address", "lane"),
    [
        (b"/data?x=/", b"/data"),
        (b"/%64ata", b"/data"),
        (b"/api/days?start=2025-01-01", b"/api/days"),
        (b"/health/live", b"/health/live"),
        (b"/admin/?next=/data", b"/"),
        (b"/api/assessments?start=2025-01-01", b"/api/values"),
        (b"/api/findings", b"/api/values"),
        (b"*", b"/"),
    ],
)
def test_a_lane_is_that_of_the_address_as_the_application_reads_it(address, lane) -> None:
    assert lane_of(b"GET " + address + b" HTTP/1.1\r\n\r\n").addresses[0] == lane


def test_who_sets_a_password_has_the_lane_of_those_who_log_in() -> None:
    login, user = b"POST /admin/login/ ", b"POST /admin/auth%2Fuser/1/password/ "
    assert lane_of(login) == lane_of(user) != lane_of(b"GET /admin/login/ ")


@pytest.mark.parametrize(
    "line",
    [
        b"GET x://localhost/static/plotly/plotly.min.js",
        b"GET http://localhost/health/live",
        b"\r\nGET /health/live",
        b"CONNECT localhost:80",
        b"GET *x",
    ],
)
def test_an_address_that_is_no_path_is_refused(line: bytes) -> None:
    assert refusal_of(line + b" HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(("digits", "length"), [(b"7", 7), (b"0" * 30 + b"7", 7), (b"", 0)])
def test_the_length_of_a_body_is_read_as_the_server_reads_it(digits: bytes, length: int) -> None:
    assert length_of_body(b"POST / HTTP/1.1\r\nContent-Length: " + digits) == length


def test_a_length_that_no_body_has_is_refused() -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n"
    assert refusal_of(head).startswith(b"HTTP/1.1 413")


def test_a_process_that_stands_still_keeps_nobody_waiting(site: Site) -> None:
    first, *_ = psutil.Process(site.pid).children()
    os.kill(first.pid, signal.SIGSTOP)
    try:
        time.sleep(0.1)
        for _ in range(5):
            site.visitor = site.new_visitor()
            site.proves_to_answer()
    finally:
        os.kill(first.pid, signal.SIGCONT)


def test_no_process_that_stands_still_outlives_a_web_server_that_was_killed(site: Site) -> None:
    first, *_ = psutil.Process(site.pid).children()
    first.suspend()
    os.kill(site.pid, signal.SIGKILL)
    wait_until(lambda: not lives(first), "end of the process that stood still")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST /api/runs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST /api/runs HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n", b"413"),
        (b"POST /data HTTP/1.1\r\nHost: a\r\nContent-Length: 2147483648\r\n\r\n", b"413"),
        (b"GET /health/live HTTP/1.1\r\nX: " + b"a" * 20_000, b"431"),
    ],
)
def test_a_request_without_an_end_is_refused(site: Site, sent: bytes, status: bytes) -> None:
    with site.connect(sent) as link:
        assert link.recv(12).endswith(status)


def test_who_says_half_a_request_and_no_more_is_left_at_once(site: Site) -> None:
    with site.connect(b"GET /health/live HTTP/1.1\r\nHo") as link:
        link.shutdown(socket.SHUT_WR)
        link.settimeout(2)
        with suppress(ConnectionResetError):
            assert link.recv(100) == b""


def test_a_request_may_come_in_pieces_and_another_one_follow(site: Site) -> None:
    with site.connect(b"GET /health/live HTTP/1.1\r\nHo") as link:
        time.sleep(0.2)
        link.sendall(b"st: localhost\r\n\r\n")
        wait_until(lambda: b"ok" in link.recv(1000), "answer")
        link.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in link.recv(1000)


@pytest.mark.parametrize("pause_s", [0.0001, 0.001, 0.01])
def test_a_long_body_may_come_in_pieces(site: Site, pause_s: float) -> None:
    body = b'"' + b"a" * 125_000 + b'"'
    head = b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += b"Content-Length: %d\r\n\r\n" % len(body)
    for _ in range(5):
        with site.connect(head) as link:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for start in range(0, len(body), 16_384):
                link.sendall(body[start : start + 16_384])
                time.sleep(pause_s)
            assert link.recv(12).startswith(b"HTTP/1.1 4")


def sent_by_ada(length: int) -> bytes:
    """Return the headers of a table of so many bytes, from somebody who may send one."""
    _, token = AuthToken.objects.create(User.objects.get(username="ada"))
    return (
        f"POST /data HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
        f"Authorization: Token {token}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def table_of(rows: int) -> bytes:
    start = datetime(2025, 8, 1)
    times = (start + number * timedelta(minutes=1) for number in range(rows))
    lines = (f"{time:%Y-%m-%dT%H:%M:%SZ},T07,{time.minute}\n" for time in times)
    return b"timestamp,turbine,power\n" + "".join(lines).encode()


def test_a_table_that_is_sent_may_be_long(site: Site) -> None:
    table = table_of(40_000)
    with site.connect(sent_by_ada(len(table)) + table) as link:
        assert link.recv(12).endswith(b"200")
    assert Measurement.objects.filter(turbine__name="T07").count() == 40_000


def test_of_a_table_that_ends_in_the_middle_nothing_is_stored(site: Site) -> None:
    table = table_of(20_000)
    with site.connect(sent_by_ada(len(table)) + table[:400_000]) as link:
        link.shutdown(socket.SHUT_WR)
        # Headers and body may come apart: until the server ends the connection.
        answered = link.makefile("rb").read()
    assert answered.startswith(b"HTTP/1.1 400")
    assert b"ends after 400,000 of" in answered
    assert not Measurement.objects.filter(turbine__name="T07").exists()


def test_who_may_not_send_is_told_before_the_table_has_come(site: Site) -> None:
    head = b"POST /data HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
    with site.connect(head + b"Content-Length: 50000000\r\n\r\n") as link:
        assert link.recv(12).endswith(b"401")


def test_slow_senders_of_tables_keep_nobody_else_waiting(site: Site) -> None:
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(site.connect(sent_by_ada(1_000_000) + b"timestamp"))
        site.proves_to_answer()


ADDRESSES = [
    DAYS,
    "/admin/",
    "/admin/aggregates/run/",
    "/health/freshness",
    "/metrics",
    "/api/values?start=1970-01-01&end=2099-01-01&min_coverage=0.5",
    f"/data?start={today()}&end=2099-01-01&format=csv",
]


LATE = "503 of a source that is late"


def test_fifty_clients_for_a_minute_get_answers_and_no_memory_grows(site: Site) -> None:
    started, statuses = time.monotonic(), Counter[int | str]()
    refused = Counter[str]()

    def ask(number: int) -> None:
        with site.new_visitor() as visitor:
            while time.monotonic() - started < 60:
                address = ADDRESSES[number % len(ADDRESSES)]
                answer = visitor.get(address)
                statuses[answer.status_code] += 1
                if answer.status_code != 200:
                    refused[f"{answer.status_code} {address} {answer.text[:200]}"] += 1
                number += 1

    with ThreadPoolExecutor(50) as threads:
        visits = [threads.submit(ask, number) for number in range(50)]
        time.sleep(10)
        before = memory_of(site)
        for visit in visits:
            visit.result()
    print(statuses, f"{(memory_of(site) - before) / 1e6:.0f} MB more")
    assert statuses.keys() <= {200, 429, LATE}, refused
    assert statuses[200] > 1000 + 10 * statuses[LATE], refused
    assert memory_of(site) - before < 50e6


def status_of(answer: httpx.Response) -> int | str:
    """Return the status; LATE where the source did not answer while a page may wait for it.

    Fifty share the processors with the source, so that a few may have that answer.
    """
    is_late = re.search("source (does|has) not answer", answer.text)
    return LATE if answer.status_code == 503 and is_late else answer.status_code


def memory_of(site: Site) -> int:
    """Return how many bytes the web server's processes have for themselves."""
    children = psutil.Process(site.pid).children(recursive=True)
    return sum(child.memory_full_info().uss for child in children)
