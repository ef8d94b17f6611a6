"""What is measured. A run of `tacit bench` is named by its own words, so that anybody can repeat it."""
import dataclasses

SIZES = (16, 100, 400, 1000)
PEER_SIZES = (100, 1000)


def nomq(size, qos=0):
    return f"nomq throughput --qos {qos} --size {size}"


def usmp(size, transport="tcp", sessions=1, shards=1):
    return f"usmp throughput --transport {transport} --size {size} --sessions {sessions} --shards {shards}"


THROUGHPUT = (
    *(nomq(size) for size in SIZES),
    *(nomq(size, qos) for qos in (1, 2) for size in PEER_SIZES),
    *(usmp(size) for size in (100, 400, 1000)),
    usmp(100, "udp"),
)
LATENCY = ("nomq latency --size 100", "usmp latency --transport udp --size 100")
HANDSHAKE = "usmp handshake"
SESSIONS = "usmp sessions"
SHARDS = tuple(usmp(100, "tcp", 16, shards) for shards in (1, 2, 4))
E2E = "e2e throughput --qos 0 --size 100"
CROWD = "nomq sessions"
AMONG = {  # what there may be many of: a run, and how the keys of its subjects begin
    "NoMQ, channels": (CROWD, "channels"),
    "NoMQ, senders": (CROWD, "senders"),
    "NoMQ, subscribers": (CROWD, "subscribers"),
    "USMP, sessions": (SESSIONS, "speaking"),
}


def peers(what, size):
    return f"peers {what} --size {size}"


@dataclasses.dataclass(frozen=True)
class Length:
    """How long, and of what: the whole table in a quarter of an hour, or a look at all of it in less than four minutes."""

    rounds: int
    seconds: float  # of each run
    sessions: int
    messages: int  # of each run among many
    repetitions: int  # of what one operation costs

    @classmethod
    def full(cls):
        return cls(rounds=5, seconds=2, sessions=100_000, messages=50_000, repetitions=5)

    @classmethod
    def quick(cls):
        return cls(rounds=2, seconds=0.4, sessions=10_000, messages=12_800, repetitions=1)
