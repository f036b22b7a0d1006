"""`POST /data`: measurements that a program sends."""

import gzip
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from common import waits
from common.rest import uploads
from sourcedata.importing import uploads as importing_uploads
from sourcedata.models import ImportRecord, Measurement, SourceDay, Turbine
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db

DAY = "start=2025-08-31&end=2025-09-01"
CSV = "timestamp,turbine,power\n2025-08-31T00:00:00Z,T01,5\n2025-08-31T00:01:00Z,T01,6\n"
JSON, TEXT = "application/json", "text/csv"
PARQUET, ARROW = "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"


@pytest.fixture
def sender(client: Client) -> Client:
    account = User.objects.create_user("logger")
    permission = Permission.objects.get(codename="add_importrecord")
    account.user_permissions.add(permission)
    client.force_login(account)
    return client


def send(sender: Client, body: str | bytes, media_type: str = TEXT) -> Any:
    return sender.post("/data", data=body, content_type=media_type)


def reason(answer: Any) -> str:
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["parameter"] == "body"
    return str(error["reason"])


def powers() -> list[float | None]:
    return list(Measurement.objects.order_by("timestamp").values_list("power", flat=True))


def test_what_is_sent_is_imported_and_told_with_figures(sender: Client) -> None:
    answer = send(sender, CSV).json()
    assert powers() == [5, 6]
    assert (answer["rows"], answer["inserted"], answer["turbines"]) == (2, 2, ["T01"])
    assert (answer["first"], answer["last"]) == ("2025-08-31T00:00:00Z", "2025-08-31T00:01:00Z")
    assert answer["figures"]["power"]["maximum"] == 6
    assert answer["warnings"] == []


def test_sent_again_it_changes_nothing(sender: Client) -> None:
    send(sender, CSV)
    revisions = list(SourceDay.objects.values_list("revision"))
    answer = send(sender, CSV).json()
    assert (answer["inserted"], answer["updated"], answer["unchanged"]) == (0, 0, 2)
    assert list(SourceDay.objects.values_list("revision")) == revisions


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("format", ["csv", "json", "parquet", "arrow"])
def test_what_get_data_gives_comes_back_as_it_was(
    sender: Client, format: str, pack: Callable[[bytes], bytes]
) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.25, None], wind_speed=[0.1, 1e-7])
    answer = sender.get(f"/data?{DAY}&format={format}")
    before = list(Measurement.objects.order_by("timestamp").values())
    Measurement.objects.all().delete()
    sent = send(sender, pack(answer.getvalue()), answer["Content-Type"])
    assert sent.status_code == 200, sent.content
    assert list(Measurement.objects.order_by("timestamp").values()) == before


def test_a_whole_number_beyond_the_doubles_is_the_nearest_one(sender: Client) -> None:
    body = '[{"timestamp": "2025-08-31T00:00:00Z", "turbine": "T01", "power": 9007199254740993}]'
    assert send(sender, body, JSON).status_code == 200
    assert powers() == [9007199254740992.0]


def test_who_sent_it_is_recorded_and_what_was_refused_too(sender: Client) -> None:
    send(sender, CSV)
    send(sender, CSV.replace(",6", ",six"))
    refused, imported = ImportRecord.objects.all()
    assert (imported.made_by, imported.file, imported.inserted) == ("logger", "POST /data", 2)
    assert (refused.made_by, refused.file) == ("logger", "POST /data")
    assert "'six'" in refused.refusal


def parquet(**columns: list[Any]) -> bytes:
    sink = BytesIO()
    pa.parquet.write_table(pa.table(columns), sink)
    return sink.getvalue()


WRONG = {
    "a word": (CSV.replace(",6", ",six"), TEXT, "The body, line 3, column 'power': 'six'"),
    "a time": (CSV.replace("00:01", "25:01"), TEXT, "line 3, column 'timestamp'"),
    "no time": (f"{CSV},T01,7\n", TEXT, "line 4, column 'timestamp': an empty cell is no time"),
    "no turbine": (CSV.replace("turbine", "turbin"), TEXT, "turbine"),
    "a typo": (CSV.replace("power", "powr"), TEXT, "'powr'; allowed: timestamp, turbine"),
    "no variable": ("timestamp,turbine\n2025-08-31T00:00Z,T01\n", TEXT, "has no variable"),
    "a blank": (" ", TEXT, "The body"),
    "not csv": (parquet(timestamp=["x"]), TEXT, "is said to be csv, and is Parquet"),
    "not parquet": (CSV, PARQUET, "is said to be parquet, and is text"),
    "not arrow": (b"PAR1", ARROW, "is said to be arrow, and is Parquet"),
    "a file of arrow": (b"ARROW1\0\0", ARROW, "Arrow's file format; allowed is its stream."),
    "not json": (CSV, JSON, "is no json"),
    "a zip": (b"PK\x03\x04", TEXT, "is zip"),
    "half a gzip": (gzip.compress(CSV.encode())[:-12], TEXT, "damaged"),
    "half a parquet": (parquet(timestamp=["x"])[:-9], PARQUET, "The body"),
    "an object": ('{"timestamp": 1}', JSON, "no list of objects"),
    "a text": (
        '[{"timestamp": "2025-08-31T00:00:00Z", "turbine": "T01", "power": "5"}]',
        JSON,
        "object 1: power is not a number or null",
    ),
    "true": (
        '[{"timestamp": "2025-08-31T00:00:00Z", "turbine": "T01", "power": true}]',
        JSON,
        "power is not a number",
    ),
    "a name twice": (
        '[{"timestamp": "2025-08-31T00:00:00Z", "turbine": "T01", "power": 5, "power": 6}]',
        JSON,
        "The body names 'power' twice in an object; allowed is once.",
    ),
    "a name twice within nests": (
        '[{"power": ' + "[" * 1000 + "]" * 1000 + ', "power": 6}]',
        JSON,
        "The body",
    ),
    "a null time": ('[{"timestamp": null, "turbine": "T01", "power": 5}]', JSON, "is not a text"),
    "a formula": (CSV.replace("T01", "'=T01"), TEXT, "send json, parquet or arrow"),
}


@pytest.mark.parametrize(("body", "media_type", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_and_nothing_is_stored(
    sender: Client, body: str | bytes, media_type: str, words: str
) -> None:
    assert words in reason(send(sender, body, media_type))
    assert not Measurement.objects.exists()
    assert not Turbine.objects.exists()


def test_no_sentence_names_a_file_that_nobody_knows(sender: Client) -> None:
    assert "/" not in reason(send(sender, CSV.replace(",6", ",six"), TEXT))


@pytest.mark.parametrize("format", ["csv", "json", "parquet", "arrow"])
def test_no_rows_are_imported_as_none(sender: Client, format: str) -> None:
    answer = sender.get(f"/data?{DAY}&format={format}")
    sent = send(sender, answer.getvalue(), answer["Content-Type"])
    assert (sent.status_code, sent.json()["rows"]) == (200, 0)


def test_no_option_is_advised_to_a_program(sender: Client) -> None:
    assert reason(send(sender, CSV.replace(",6", ',"6,5"'))).endswith(
        "empty cells, and words for a missing value."
    )
    said = reason(send(sender, CSV.replace("2025-08-31T00:01:00Z", "31.08.2025 00:01")))
    assert "allowed is ISO 8601, such as 2025-08-31T10:00:00+02:00." in said
    assert "--" not in said


@pytest.mark.parametrize("media_type", ["text/plain", "application/octet-stream", ""])
def test_another_format_is_refused_with_what_is_allowed(sender: Client, media_type: str) -> None:
    answer = send(sender, CSV, media_type)
    assert answer.status_code == 415
    assert "text/csv" in answer.json()["detail"]


def test_a_body_that_is_too_long_is_refused(sender: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(uploads, "LONGEST_UPLOAD", 20)
    answer = send(sender, CSV)
    assert answer.status_code == 413
    assert "20 bytes" in answer.json()["detail"]


def test_what_unpacks_to_too_much_is_refused(sender: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(importing_uploads, "MOST_UNPACKED_BYTES", 20)
    assert "unpacks to more than 20 bytes" in reason(send(sender, gzip.compress(CSV.encode())))


def test_a_gzip_of_very_many_members_is_refused(sender: Client) -> None:
    said = reason(send(sender, gzip.compress(b"") * 10_001 + gzip.compress(CSV.encode())))
    assert said == "The body is a gzip of more than 10,000 members."


def test_a_gzip_of_several_members_and_nulls_behind_is_read(sender: Client) -> None:
    header, *rows = [gzip.compress(line.encode()) for line in CSV.splitlines(keepends=True)]
    assert send(sender, header + b"".join(rows) + bytes(100_000)).json()["inserted"] == 2


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("format", ["csv", "json", "parquet", "arrow"])
def test_more_rows_than_are_looked_at_in_time_are_refused(
    sender: Client, monkeypatch: Any, format: str, pack: Callable[[bytes], bytes]
) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0, 2.0, 3.0])
    answer = sender.get(f"/data?{DAY}&format={format}")
    body = pack(answer.getvalue())
    monkeypatch.setattr(importing_uploads, "MOST_ROWS", 3)
    assert send(sender, body, answer["Content-Type"]).status_code == 200
    monkeypatch.setattr(importing_uploads, "MOST_ROWS", 2)
    said = reason(send(sender, body, answer["Content-Type"]))
    assert said == "The body has more than 2 rows; send it in parts."


def test_what_takes_too_long_to_be_looked_at_is_refused(sender: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(waits, "STORED_S", 0)
    assert "took longer than 0 seconds to be looked at" in reason(send(sender, CSV))
    assert not Measurement.objects.exists()


def test_another_packing_is_refused(sender: Client) -> None:
    answer = sender.post("/data", CSV, content_type=TEXT, headers={"Content-Encoding": "br"})
    assert answer.status_code == 415


def test_who_has_not_the_permission_may_not_send(client: Client, admin_client: Client) -> None:
    assert send(client, CSV).status_code == 401
    client.force_login(User.objects.create_user("visitor"))
    answer = send(client, CSV)
    assert answer.status_code == 403
    assert "sourcedata.add_importrecord" in answer.json()["detail"]
    assert send(admin_client, CSV).status_code == 200


def test_a_parameter_is_refused(sender: Client) -> None:
    assert sender.post("/data?replace=1", CSV, content_type=TEXT).status_code == 400


def test_a_deployment_that_reads_another_one_takes_nothing(sender: Client, settings: Any) -> None:
    settings.SOURCE_API_URL = "http://127.0.0.1:9"
    assert send(sender, CSV).status_code == 409


def test_it_is_in_the_api_s_description(client: Client) -> None:
    described = client.get("/api/schema").json()["paths"]["/data"]["post"]
    assert {JSON, TEXT, PARQUET, ARROW} <= {*described["requestBody"]["content"]}
    assert "inserted" in json.dumps(described["responses"]["200"])
