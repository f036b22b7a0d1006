"""How long anything waits: every limit of time, in seconds, each with what it bounds.

What a lease rests on is shorter than the lease. docs/reliability.md has the same table in words.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """How long a kind of work lets one statement, one lock and what is idle last; 0: ever.

    The server keeps to it, so that what a stopped or vanished program has locked is free again.
    """

    statement_s: int
    lock_s: int
    idle_in_transaction_s: int
    # It waits this long for the source's tables, while somebody keeps them for themselves.
    source_lock_s: float
    # It waits this long for all of an answer of the source, however slowly that comes; 0: ever.
    source_answer_s: float = 0
    # A connection is kept open so long for the next question.
    idle_session_s: int = 0


# A page, an answer of the API, one batch of a download. Each thread of the web server has its own
# connections, and may get no further question: they would take those of the workers for ever.
ANSWER = Patience(
    statement_s=30,
    lock_s=2,
    idle_in_transaction_s=60,
    idle_session_s=60,
    source_lock_s=2,
    source_answer_s=3,
)
# A page waits so long for an answer of a server, where something else can be shown in its place.
PAGE_S = 1.5
# A worker's run: each statement is shorter than a lease, for none gives a sign of life.
RUN = Patience(statement_s=90, lock_s=60, idle_in_transaction_s=600, source_lock_s=10)
# A command: a person started it at a terminal, looks at it, and can end it.
COMMAND = Patience(statement_s=0, lock_s=0, idle_in_transaction_s=0, source_lock_s=10)

# A database, to be connected to.
CONNECT_S = 5
# A host that went without a word: silent for so long, then asked so often, so far apart.
SILENT_S, ASKED_EVERY_S, ASKED_TIMES = 5, 2, 3
# Bytes that were sent and not acknowledged; the limit also ends a COPY to a server that reads
# nothing meanwhile.
UNACKNOWLEDGED_S = 30
# A server that works on a statement looks so often whether its client is still there.
CLIENT_LOOKED_FOR_EVERY_S = 2
# A server that stands still does not end a statement: a visitor's is left so much later.
LEFT_LATER_S = 5

# Writers of measurements, while triggers are made or a turbine-day is counted anew.
WRITERS_S: float = 30
# Readers of the default partition, while a month gets its own.
READERS_OF_DEFAULT_S: float = 1
# Readers and writers of months that are let go.
LET_GO_S: float = 10

# Another deployment's API: to connect, between two parts of an answer, and for a whole one.
API_CONNECT_S, API_PART_S, API_ANSWER_S = 5, 20, 120
# A mail server, to connect, and then for all of a mail; a webhook, for all of its answer.
MAIL_CONNECT_S, MAIL_S, WEBHOOK_S = 10, 10, 10
# A visitor: until all of an HTTP request has come, and until a part of its answer is taken.
REQUEST_S, PART_TAKEN_S = 10, 20
# A program that sends measurements: until all of them have come; then until they are looked at,
# and, less what that took, for each statement that stores them.
UPLOAD_S, STORED_S = 300, 120
# A visitor who was answered, until they close the connection.
CLOSED_S = 2
# An HTTP request, for those before it: of monitoring or for turbine-days, a page, a download.
QUEUED_S, PAGE_QUEUED_S, DOWNLOAD_QUEUED_S = 1.5, 5, 20
# A process of the web server that gives no sign of life; requests in its threads count as none.
WEB_PROCESS_S = 30
# One that is to end, for the answers that it has begun.
WEB_ENDS_S = 20
# The broker: to connect, between two parts of an answer, and for all of what is asked.
BROKER_CONNECT_S, BROKER_PART_S, BROKER_ANSWER_S = 2, 5, 30
# A worker connects anew to a broker that was silent for so long, and tries that so far apart.
BROKER_SILENT_S, BROKER_AGAIN_S = 10, 2

# A store of the lake: to connect, for an answer, and for all attempts at one that fails.
LAKE_CONNECT_S, LAKE_PART_S, LAKE_RETRIED_S = 5, 20, 30
# A command waits so long for another program that writes the lake: longer than a turn of the tick.
LAKE_TURN_S = 60

# A run or a chunk whose worker gives no sign of life is given to another.
LEASE_S = 120
# A task ends by an error, and if it does not hear that, with its process.
TASK_SOFT_S, TASK_HARD_S = 600, 660
