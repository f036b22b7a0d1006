"""Which errors of a database are a server that fails."""

import pytest
from django.db import InternalError, connection, transaction

from common.postgres.outages import is_outage

DAMAGED = "DO $$ BEGIN RAISE 'invalid page in block 0' USING ERRCODE = 'data_corrupted'; END $$"


@pytest.mark.django_db
def test_a_damaged_page_is_a_server_that_fails() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(InternalError) as raised:
            cursor.execute(DAMAGED)
        transaction.set_rollback(True)
    assert is_outage(raised.value)
