"""Other people's software, measured by the programs of bench/peers; servers live as long as a run."""
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time


@dataclasses.dataclass(frozen=True)
class Peer:
    key: str
    name: str
    program: str
    qos: int = 0
    server: str = ""  # of SERVERS
    latency: bool = True  # whether its round trips are measured; once for each software


PEERS = (
    Peer("zeromq", "ZeroMQ, CURVE", "zeromq"),
    Peer("nats", "NATS, TLS", "nats", server="nats-server"),
    Peer("coap_non", "libcoap NON, DTLS-PSK", "coap"),
    Peer("coap_con", "libcoap CON, DTLS-PSK", "coap", qos=1, latency=False),
    Peer("mosquitto_0", "mosquitto QoS 0, TLS-PSK", "mosquitto", server="mosquitto"),
    Peer("mosquitto_1", "mosquitto QoS 1, TLS-PSK", "mosquitto", qos=1, server="mosquitto", latency=False),
    Peer("mosquitto_2", "mosquitto QoS 2, TLS-PSK", "mosquitto", qos=2, server="mosquitto", latency=False),
)
PACKAGES = ("libzmq5", "nats-server", "libnats3.4", "mosquitto", "libmosquitto1", "libcoap3", "libssl3", "libipsec-mb1")


class Missing(Exception):
    """Something cannot be measured here, and why."""


def measure(peer, what, size, seconds, programs):
    """Its figures, once. Raises Missing."""
    program = programs / f"peer_{peer.program}"
    if not program.exists():
        raise Missing("its library was not found when the benchmarks were built")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="tacit-bench-") as folder, server(peer, folder, port) as process:
        words = dict(what=what, size=size, seconds=seconds, qos=peer.qos, port=port, server=process, folder=folder)
        return json.loads(output([program, *(f"{name}={value}" for name, value in words.items())], seconds + 10))


def output(command, patience_s, **more):
    """Of a program that ends well and in time; what it has started ends with it. Raises Missing."""
    try:
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, start_new_session=True, **more)
    except OSError as error:
        raise Missing(f"{pathlib.Path(command[0]).name}: {error.strerror}") from None
    try:
        said, complained = process.communicate(timeout=patience_s)
    except subprocess.TimeoutExpired:
        raise Missing(f"not over after {patience_s:g} s") from None
    finally:  # a server that it left behind would hold on to our pipes
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode != 0:
        lines = complained.strip().splitlines()
        raise Missing(lines[0] if lines else f"ended with {process.returncode}")
    return said


@contextlib.contextmanager
def server(peer, folder, port):
    """The id of its server's process; 0 where it has none."""
    if not peer.server:
        yield 0
        return
    # Debian puts servers where not everybody's PATH leads.
    path = shutil.which(peer.server) or shutil.which(peer.server, path="/usr/sbin:/usr/local/sbin")
    if not path:
        raise Missing(f"{peer.server} is not installed")
    command = [path, *SERVERS[peer.server](folder, port)]
    # It does not survive us, whatever ends us.
    process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        wait_for(process, port)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def wait_for(process, port):
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise Missing("its server does not start")


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def mosquitto(folder, port):
    keys, configuration = f"{folder}/keys", f"{folder}/mosquitto.conf"
    write(keys, "bench:00112233445566778899aabbccddeeff\n")
    # It stays root where it is, because whom root becomes could not read the keys. The windows of QoS 1 and 2 are as
    # large as ours, and nothing is dropped for want of a queue.
    write(configuration, f"""user root
listener {port} 127.0.0.1
allow_anonymous true
psk_hint bench
psk_file {keys}
max_inflight_messages 1024
max_queued_messages 0
set_tcp_nodelay true
""")
    return ["-c", configuration]


def nats(folder, port):
    certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
    output(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], 20)
    return ["--addr", "127.0.0.1", "--port", str(port), "--tls", "--tlscert", certificate, "--tlskey", key]


SERVERS = {"mosquitto": mosquitto, "nats-server": nats}


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
