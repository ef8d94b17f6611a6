"""What is wanted, and whether it was reached."""
import dataclasses
import typing

from . import plan
from .results import Spread


@dataclasses.dataclass(frozen=True)
class Goal:
    name: str
    of: typing.Callable  # from Results to a Spread
    bound: float
    unit: str = ""
    at_least: bool = False

    def reached(self, spread):
        """By its median; None where it was not measured."""
        if not spread:
            return None
        return spread.median >= self.bound if self.at_least else spread.median <= self.bound


def rate(name, run, bound):
    return Goal(name, lambda results: results.figure(run, "tacit", "rate"), bound, "/s", at_least=True)


def beside_bare(name, run, figure, bound):
    return Goal(name, lambda results: results.ratio(run, "tacit", "bare", figure), bound, "×")


def flat(name, what):
    """The dearest of a row of plan.AMONG, in units of the first; with sockets, and so the kernel."""
    def of(results):
        rows = [spread.values for spread in results.among(*plan.AMONG[what], "cpu_us").values()]
        return Spread([max(values) / values[0] for values in zip(*rows)])
    return Goal(name, of, 1.15, "×")


def flat_shards(results):
    rows = [results.figure(run, "tacit", "cpu_us").values for run in plan.SHARDS]
    return Spread([max(values) / values[0] for values in zip(*rows)])


def bytes_of_a_session(results):
    """Among 100,000; of fewer, each has more of the tables that are there anyway, and says nothing about the goal."""
    return results.figure(plan.SESSIONS, "speaking_100000", "bytes")


def memory_mb(results):
    return Spread([each * 100_000 / 1e6 for each in bytes_of_a_session(results).values])


GOALS = (
    rate("NoMQ QoS 0, 100 bytes", plan.nomq(100), 1.5e6),
    Goal("NoMQ QoS 0, 100 bytes, CPU time of both ends",
         lambda results: results.figure(plan.nomq(100), "tacit", "cpu_us"), 1.3, " µs"),
    rate("NoMQ QoS 0, 1000 bytes", plan.nomq(1000), 0.6e6),
    rate("NoMQ QoS 1, 100 bytes", plan.nomq(100, 1), 0.7e6),
    rate("NoMQ QoS 2, 100 bytes", plan.nomq(100, 2), 0.35e6),
    rate("USMP over TCP, one session, 100 bytes", plan.usmp(100), 3e6),
    rate("USMP over TCP, one session, 400 bytes", plan.usmp(400), 1.5e6),
    beside_bare("USMP handshake, the server's CPU time by its cryptography alone", plan.HANDSHAKE, "cpu_us", 1.25),
    Goal("USMP, an idle session in memory", bytes_of_a_session, 1024, " B"),
    Goal("USMP, 100,000 idle sessions in memory", memory_mb, 150, " MB"),
    beside_bare("NoMQ round trip, median by a sealed raw exchange", plan.LATENCY[0], "p50_us", 1.25),
    beside_bare("USMP round trip, median by a sealed raw exchange", plan.LATENCY[1], "p50_us", 1.25),
    Goal("mqtt-e2e through mosquitto, by plain MQTT through it",
         lambda results: results.ratio(plan.E2E, "tacit", "raw", "rate"), 0.95, "×", at_least=True),
    flat("NoMQ, CPU time from 1 to 10,000 channels", "NoMQ, channels"),
    flat("NoMQ, CPU time from 1 to 10,000 senders", "NoMQ, senders"),
    flat("NoMQ, CPU time from 1 to 10,000 subscribers", "NoMQ, subscribers"),
    flat("USMP, CPU time from 1 to all sessions", "USMP, sessions"),
    Goal("USMP, CPU time from 1 to 4 shards", flat_shards, 1.15, "×"),
)
