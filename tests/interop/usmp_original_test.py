#!/usr/bin/env python3
"""USMP as we speak it, against the original implementations: both roles, TCP and UDP, both versions of the wire.

usage: usmp_original_test.py PROGRAM ours|originals [what unittest takes]

PROGRAM is our station, tests/interop/usmp_station.cpp. With `ours` it talks to itself. With `originals` it talks to them.
They are not ours to distribute: the environment variable TACIT_USMP_ORIGINAL names a folder that holds them:

    python/usmp/    the Python implementation, wire version 2; needs python3-cryptography
    python1/usmp/   the same from its versions 0.5, wire version 1; may be missing
    c/core/         the C implementation as in its repository (include, src, tests); needs libmbedtls-dev; may be missing

Without it the test is skipped, and so is each part whose implementation is missing. TACIT_SEEDS says how many bad networks
to try, 1 if it is not set. Every step has a deadline.
"""
import functools
import os
import pathlib
import queue
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from lossy_relay import LossyRelay  # noqa: E402

SKIPPED = 77
DEADLINE_S = 20
PSK = bytes(range(32)).hex()
OTHER_PSK = bytes(range(1, 33)).hex()
DEVICE = "001a2b3c4d5e"  # the one that the original's port in C is built with
OTHER_DEVICE = "0a0b0c0d0e0f"
SIZES = (0, 1, 451, 452, 453, 903, 904, 905, 1000, 1356, 1807, 1808)


class Silence(AssertionError):
    """What was waited for did not come in time."""


class Station:
    """A program that is told what to do, line by line, and says what happened, line by line.

    A client is told `connect`; both are told `send HEX`, `ping`, `rekey` and `bye`. They say `connected`, `refused`,
    `message HEX` for what came, `delivered` or `failed` for what was sent, `pinged`, `rekeyed`, `left`, and `closed` where
    the other one ended it. A server says `ready` first, and sends every message back. Words may have a reason behind them.
    """

    def __init__(self, command):
        self.command = [str(word) for word in command]
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines = queue.Queue()
        self.waiting, self.transcript = [], []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def tell(self, *words):
        self.transcript.append("> " + " ".join(words)[:80])
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()

    def hears(self, *words, within_s=DEADLINE_S):
        """The next line that begins with one of the words, as a list of words; lines between wait for their turn."""
        deadline = time.monotonic() + within_s
        while True:
            for line in self.waiting:
                if line.split(" ")[0] in words:
                    self.waiting.remove(line)
                    return line.split(" ")
            try:
                line = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise Silence(f"no {words} within {within_s} s from {self.said()}") from None
            if line is None:
                raise AssertionError(f"ended before {words}: {self.said()}")
            self.transcript.append(line[:80])
            self.waiting.append(line)

    def says_within(self, word, within_s):
        time.sleep(within_s)
        while not self.lines.empty():
            if (line := self.lines.get()) is not None:
                self.waiting.append(line)
        return any(line.split(" ")[0] == word for line in self.waiting)

    def said(self):
        return " ".join(self.command[:4])[-80:] + "\n    " + "\n    ".join(self.transcript[-15:])

    def message(self, size=1):
        """The next message, which has so many bytes or is not empty."""
        return bytes.fromhex(self.hears("message")[1])

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class StationInC(Station):
    """Its receiving waits, so it is told when; what was sent is acknowledged only then.

    What came and was no message looks like an empty one.
    """

    def message(self, size=1):
        while True:
            self.tell("receive")
            message = super().message()
            if message or size == 0:
                return message

    def control(self):
        self.message(size=0)


def original():
    return pathlib.Path(os.environ["TACIT_USMP_ORIGINAL"])


class Python:
    def __init__(self, wire):
        self.wire = wire
        self.folder = original() / ("python" if wire == 2 else "python1")

    def missing(self):
        return "" if (self.folder / "usmp").is_dir() else f"no {self.folder.name}/usmp among the originals"

    def station(self, role, transport, port, psk, device):
        return Station([sys.executable, HERE / "original_station.py", self.folder, role, transport, port, psk, device])


class InC:
    wire = 2

    def missing(self):
        if not (original() / "c" / "core").is_dir():
            return "no c/core among the originals"
        return "" if self.program() else "the original in C does not build here; it needs a compiler and mbedtls"

    @staticmethod
    @functools.cache
    def program():
        core, folder = original() / "c" / "core", pathlib.Path(tempfile.mkdtemp(prefix="tacit-usmp-"))
        unittest.addModuleCleanup(shutil.rmtree, folder)
        sources = [*sorted((core / "src").glob("*.c")), core / "tests/usmp_port_posix.c", core / "tests/usmp_transport_posix.c"]
        built = subprocess.run(
            ["cc", "-O1", "-w", f"-I{core}/include", f"-I{core}/src", HERE / "original_station.c", *sources,
             "-lmbedcrypto", "-o", folder / "station"], capture_output=True, text=True,
        )
        sys.stderr.write(built.stderr)
        return folder / "station" if built.returncode == 0 else None

    def station(self, role, transport, port, psk, device):
        return StationInC([self.program(), transport, port, psk])


class Ours:
    program = None  # set by main

    def __init__(self, wire):
        self.wire = wire

    def missing(self):
        return ""

    def station(self, role, transport, port, psk, device):
        return Station([self.program, role, transport, port, psk, device, self.wire])


def free_port(transport):
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pattern(size, salt=0):
    return bytes((i * 7 + salt) & 0xFF for i in range(size))


class Conversation:
    """What any client and any server must be able to do with each other."""

    client = server = transport = None

    def setUp(self):
        for one in (self.client, self.server):
            if why := one.missing():
                self.skipTest(why)
        self.port = free_port(self.transport)
        self.serving = self.keep(self.server.station("serve", self.transport, self.port, PSK, DEVICE))
        self.serving.hears("ready")

    def keep(self, closable):
        self.addCleanup(closable.close)
        return closable

    def client_at(self, port, psk=PSK, device=DEVICE):
        return self.keep(self.client.station("connect", self.transport, port, psk, device))

    def connected(self, port=None):
        """A client that is connected, and the server knows."""
        calling = self.client_at(port or self.port)
        calling.tell("connect")
        calling.hears("connected")
        self.serving.hears("connected")
        return calling

    def exchange(self, calling, data):
        calling.tell("send", data.hex())
        calling.hears("delivered")
        self.assertEqual(self.serving.message(len(data)), data)
        self.assertEqual(calling.message(len(data)), data)

    def test_messages_of_every_size_come_back_whole(self):
        calling = self.connected()
        for size in SIZES:
            with self.subTest(size=size):
                self.exchange(calling, pattern(size, salt=size))

    def test_a_server_may_speak_first(self):
        calling = self.connected()
        for size in (5, 905):
            self.serving.tell("send", pattern(size).hex())
            self.assertEqual(calling.message(), pattern(size))
            self.serving.hears("delivered")

    def test_a_client_pings(self):
        calling = self.connected()
        calling.tell("ping")
        calling.hears("pinged")
        if isinstance(calling, StationInC):
            calling.control()
        self.exchange(calling, b"after a ping")

    def test_a_server_pings(self):
        calling = self.connected()
        self.serving.tell("ping")
        if isinstance(calling, StationInC):
            calling.control()
        self.serving.hears("pinged")
        time.sleep(0.2)  # before 1.1 the original gives what it sends meanwhile the sequence number of its PONG
        self.exchange(calling, b"after a ping")

    def test_whoever_of_us_wants_many_pings_at_once_keeps_its_session(self):
        calling = self.connected()
        for of, station in ((self.client, calling), (self.server, self.serving)):
            if isinstance(of, Ours) and not isinstance(calling, StationInC):
                for _ in range(20):
                    station.tell("ping")
                station.hears("pinged")
                time.sleep(0.2)  # as where a server pings
                self.exchange(calling, b"after many pings")

    def test_a_client_says_bye(self):
        calling = self.connected()
        calling.tell("bye")
        calling.hears("left")
        self.serving.hears("closed")

    def test_a_server_says_bye(self):
        calling = self.connected()
        self.serving.tell("bye")
        if isinstance(calling, StationInC):
            calling.tell("receive")
        calling.hears("closed")
        self.serving.hears("left")

    def test_a_client_comes_back_after_a_bye(self):
        for turn in range(3):
            calling = self.connected()
            self.exchange(calling, pattern(20, salt=turn))
            calling.tell("bye")
            calling.hears("left")
            self.serving.hears("closed")

    def test_a_client_comes_back_that_went_without_a_word(self):
        for turn in range(3):
            calling = self.connected()
            self.exchange(calling, pattern(20, salt=turn))
            calling.close()

    def test_a_client_with_another_key_is_refused_and_the_next_one_served(self):
        stranger = self.client_at(self.port, psk=OTHER_PSK)
        stranger.tell("connect")
        if isinstance(self.client, InC) and self.transport == "udp":
            self.assertFalse(stranger.says_within("connected", within_s=2))  # it waits for a silent server for ever
        else:
            stranger.hears("refused")
        stranger.close()
        self.exchange(self.connected(), b"the right key")

    def test_an_unknown_device_is_refused_and_the_next_one_served(self):
        if isinstance(self.client, InC):
            self.skipTest("the original in C has one device id")
        stranger = self.client_at(self.port, device=OTHER_DEVICE)
        stranger.tell("connect")
        stranger.hears("refused")
        stranger.close()
        self.exchange(self.connected(), b"a known device")


class ConversationWithRekey(Conversation):
    """Version 2 of the wire has a REKEY as well. The originals lose what is under way when it comes."""

    def rekey_between(self, rekeying, frames_before):
        calling = self.connected()
        for turn in range(frames_before):
            self.exchange(calling, pattern(10, salt=turn))
        for turn in range(3):
            one = calling if rekeying == "client" else self.serving
            one.tell("rekey")
            if isinstance(calling, StationInC) and rekeying == "server":
                calling.control()
            one.hears("rekeyed")
            time.sleep(0.05)  # over TCP nothing says that the other one has it
            for size in (10, 905):
                self.exchange(calling, pattern(size, salt=turn))

    def test_a_client_rekeys(self):
        self.rekey_between("client", frames_before=5)

    def test_a_server_rekeys(self):
        self.rekey_between("server", frames_before=5)

    def rekey_late(self, rekeying):
        """After more frames than the window of sequence numbers holds."""
        if self.transport == "udp" and Python in (type(self.client), type(self.server)):
            self.skipTest("the original in Python takes the first frames after such a REKEY for old ones")
        self.rekey_between(rekeying, frames_before=70)

    def test_a_client_rekeys_after_many_frames(self):
        self.rekey_late("client")

    def test_a_server_rekeys_after_many_frames(self):
        self.rekey_late("server")

    def rekey_among_messages(self, rekeying):
        if not (isinstance(self.client, Ours) and isinstance(self.server, Ours)):
            self.skipTest("an original loses what is under way")
        calling = self.connected()
        messages = [pattern(size, salt=size) for size in (10, 905, 452, 1808)]
        for _ in range(3):  # more in a second would be more control frames than a peer takes
            for number, message in enumerate(messages):
                calling.tell("send", message.hex())
                if number == 1:
                    (calling if rekeying == "client" else self.serving).tell("rekey")
            for message in messages:
                self.assertEqual(self.serving.message(), message)
                self.assertEqual(calling.message(), message)
                calling.hears("delivered")

    def test_a_client_rekeys_while_messages_are_under_way(self):
        self.rekey_among_messages("client")

    def test_a_server_rekeys_while_messages_are_under_way(self):
        self.rekey_among_messages("server")


class ConversationOnABadNetwork:
    """Over UDP, through a relay that loses, repeats and delays."""

    MESSAGES = (1, 100, 452, 20, 905, 0, 30, 1808, 40, 50)  # sizes
    TRIES = 40

    def messages_through(self, lost, seed):
        relay = self.keep(LossyRelay(self.port, seed, lost=lost, repeated=0.05, delayed=0.05))
        calling, tries = None, 0
        for turn, size in enumerate(self.MESSAGES):
            data, done = pattern(size, salt=turn + 1), False
            while not done:
                tries += 1
                self.assertLessEqual(tries, self.TRIES, f"too many tries: {self.serving.said()}")
                calling = calling or self.client_through(relay)
                done = calling is not None and self.exchanged(calling, data)
                if not done and calling:
                    calling.close()
                    calling = None
        return tries

    def client_through(self, relay):
        calling = self.client_at(relay.port)
        calling.tell("connect")
        if calling.hears("connected", "refused")[0] == "connected":
            return calling
        calling.close()
        return None

    def exchanged(self, calling, data):
        """Whether it went there and back; what the network ended may be said again. What came must be right."""
        calling.tell("send", data.hex())
        if calling.hears("delivered", "failed", "closed", within_s=60)[0] != "delivered":
            return False
        try:
            word, *said = calling.hears("message", "closed", within_s=15)
        except Silence:  # a server that gave up says nothing
            return False
        if word == "closed":
            return False
        self.assertEqual(said[0], data.hex())
        return True

    def on_networks(self, lost, tries=TRIES):
        for seed in range(1, 1 + int(os.environ.get("TACIT_SEEDS", "1"))):
            with self.subTest(seed=seed):
                self.assertLessEqual(self.messages_through(lost, seed), tries)

    def test_all_comes_through_where_datagrams_are_repeated_and_delayed(self):
        # An original of version 1 ends its session where a frame is repeated; between ours nothing has to be said twice.
        both_ours = isinstance(self.client, Ours) and isinstance(self.server, Ours)
        self.on_networks(lost=0.0, tries=len(self.MESSAGES) if both_ours else self.TRIES)

    def test_all_comes_through_where_one_datagram_in_twenty_is_lost(self):
        self.on_networks(lost=0.05)

    def test_all_comes_through_where_one_datagram_in_five_is_lost(self):
        self.on_networks(lost=0.20)


def pairs(among):
    """Client, server and transport, of those that ought to understand each other."""
    for transport in ("tcp", "udp"):
        for wire in (2, 1):
            if among == "ours":
                yield Ours(wire), Ours(wire), transport
                continue
            yield Python(wire), Python(wire), transport
            yield Python(wire), Ours(wire), transport
            yield Ours(wire), Python(wire), transport
        if among == "originals":
            yield InC(), Python(2), transport
            yield InC(), Ours(2), transport


def word_of(implementation):
    return {Python: "python", InC: "c", Ours: "ours"}[type(implementation)]


def define_cases(among):
    for client, server, transport in pairs(among):
        bases = [ConversationWithRekey if client.wire == 2 else Conversation]
        if transport == "udp" and not isinstance(client, InC):
            bases.append(ConversationOnABadNetwork)
        name = f"{word_of(client)}_calls_{word_of(server)}_over_{transport}_wire_{client.wire}"
        case = type(name, (*bases, unittest.TestCase), {"client": client, "server": server, "transport": transport})
        case.__module__ = __name__
        globals()[name] = case


def main():
    Ours.program = pathlib.Path(sys.argv.pop(1)).resolve()
    among = sys.argv.pop(1)
    if among == "originals" and not os.environ.get("TACIT_USMP_ORIGINAL"):
        print("skipped: TACIT_USMP_ORIGINAL does not name a folder with the original implementations")
        return SKIPPED
    define_cases(among)
    result = unittest.main(exit=False).result
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
