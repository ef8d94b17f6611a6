"""bench/RESULTS.md. Everything on it comes from one set of results."""
from . import peers, plan
from .goals import GOALS
from .numbers import short, spread_text

HEAD = """# Results

`./dev bench` writes this page and its pictures, from one run. Compare within it only: machines differ, and have
neighbours. docs/performance.md says what the figures mean and where the time goes.
"""

THROUGHPUT = """## One way

Messages a second that arrived, looked at byte for byte, over loopback; CPU time of a message is that of all processes,
the kernel's part and a broker's included. *Raw* is the same sockets with datagrams or streams of the same size and
nothing else, and for mqtt-e2e plain MQTT through the same broker; the *limit* seals and opens as well, with the same
cipher and the kernel's help, and is no protocol. Where there is no flow control (NoMQ QoS 0 and some peers) the sender
keeps the pace at which nothing is lost.

![Messages a second by their size](plots/throughput.svg)

![CPU time of a message of 100 bytes](plots/cpu.svg)
"""

LATENCY = """## There and back

Microseconds until an answer of the same size is there, one message under way at a time. The *limit* is a raw exchange
that only seals and opens, with the same cipher.

![Round trips](plots/latency.svg)
"""

COST = """## As the work grows

CPU µs of a message among many, at one end: of a NoMQ node that hears QoS 0 on so many channels or from so many senders, or
sends QoS 1 to so many subscribers, their acknowledgements included; and of a USMP server that as many sessions speak to,
each in turn. With sockets on loopback it is the kernel's part too, and the goals are judged by it; the same without
sockets stands below each.

![CPU time by how many there are](plots/cost.svg)
"""

BESIDE = {"rate by raw": ("raw", "rate"), "rate by the limit": ("bare", "rate"), "CPU by the limit": ("bare", "cpu_us")}


def page(results):
    parts = [HEAD, circumstances(results), goals(results), THROUGHPUT, throughput(results), LATENCY, latency(results),
             COST, growth(results), sessions(results), costs(results), missing(results)]
    return "\n".join(part for part in parts if part)


def circumstances(results):
    data, machine = results.data, results.data["machine"]
    return (f"- {data['date']}, {machine['cpus']} × {machine['cpu']}, Linux {machine['kernel']}, "
            f"{machine.get('crypto', 'unknown cryptography')}\n"
            f"- {', '.join(data['versions'])}\n"
            f"- {data['rounds']} rounds in turn, {data['seconds']:g} s a run; medians, with the least and the most in "
            "brackets; a ratio is made within each round\n")


def goals(results):
    rows = []
    for goal in GOALS:
        spread = goal.of(results)
        bound = f"{'≥' if goal.at_least else '≤'} {short(goal.bound)}{goal.unit}"
        answer = {True: "yes", False: "**no**", None: "not measured"}[goal.reached(spread)]
        rows.append([goal.name, bound, spread_text(spread, goal.unit), answer])
    return "## Goals\n\n" + table(["", "goal", "measured", "reached"], rows)


def throughput(results):
    rows = []
    for run in plan.THROUGHPUT + (plan.E2E,):
        for subject in results.subjects(run):
            ours = subject == "tacit"
            ratios = [spread_text(results.ratio(run, subject, *beside)) if ours else "" for beside in BESIDE.values()]
            rows.append([results.name(run, subject) if ours else f"· {results.name(run, subject)}", size_of(run),
                         *traffic(results, run, subject), *ratios])
    for size in plan.PEER_SIZES:
        run = plan.peers("throughput", size)
        ranked = sorted(results.subjects(run), key=lambda peer: -results.figure(run, peer, "rate").median)
        rows += [[results.name(run, peer), size, *traffic(results, run, peer), *[""] * len(BESIDE)] for peer in ranked]
    return table(["", "bytes", "messages a second", "CPU µs a message", "lost", *BESIDE], rows)


def traffic(results, run, subject):
    lost = results.figure(run, subject, "lost")
    return [spread_text(results.figure(run, subject, "rate")), spread_text(results.figure(run, subject, "cpu_us")),
            f"{sum(lost.values):.0f}" if lost else ""]


def latency(results):
    figures = ("p50_us", "p90_us", "p99_us", "p999_us")
    rows = []
    for run in plan.LATENCY + (plan.peers("latency", 100),):
        for subject in results.subjects(run):
            ratio = results.ratio(run, "tacit", "bare", "p50_us") if subject == "tacit" else None
            rows.append([results.name(run, subject) if subject != "bare" else f"· {results.name(run, subject)}",
                         *(spread_text(results.figure(run, subject, figure)) for figure in figures),
                         spread_text(ratio) if ratio else ""])
    return table(["100 bytes", "median", "90 %", "99 %", "99.9 %", "median by the limit"], rows)


def growth(results):
    counts = sorted({many for what in plan.AMONG.values() for many in results.among(*what, "cpu_us")})
    rows = []
    for name, what in plan.AMONG.items():
        if with_sockets := results.among(*what, "cpu_us"):
            for title, found in ((name, with_sockets), ("· without sockets", results.among(*what, "cpu_us_alone"))):
                rows.append([title, *(spread_text(found.get(many)) for many in counts)])
    return table(["CPU µs a message", *(f"{many:,}" for many in counts)], rows)


def sessions(results):
    rows = [[f"memory of a session, among {many:,}", "", spread_text(spread)]
            for many, spread in results.among(plan.SESSIONS, "speaking", "bytes").items()]
    rows += [[f"over TCP, 16 sessions, shards: {run.split()[-1]}", spread_text(results.figure(run, "tacit", "cpu_us")), ""]
             for run in plan.SHARDS if results.subjects(run)]
    rows += [[f"handshake, {results.name(plan.HANDSHAKE, key)}",
              spread_text(results.figure(plan.HANDSHAKE, key, "cpu_us")), ""]
             for key in results.subjects(plan.HANDSHAKE)]
    return table(["USMP", "CPU µs", "bytes"], rows)


def costs(results):
    text = ""
    for name, head, sentence in (
            ("crypto", "A packet's cryptography", "CPU nanoseconds a packet or an operation, one thread: "
                                                  "operation/bytes of text/packets in a batch."),
            ("parts", "Parts", "CPU nanoseconds of parts of the packet path, each alone: part/bytes, or how many.")):
        columns = results.data["costs"].get(name, {})
        if columns:
            operations = dict.fromkeys(operation for column in columns.values() for operation in column)
            rows = [[operation, *(short(column[operation]) if operation in column else "" for column in columns.values())]
                    for operation in operations]
            text += f"## {head}\n\n{sentence}\n\n{table(['', *columns], rows)}\n"
    return text


def missing(results):
    whys = results.data["missing"]
    absent = [peer.name for peer in peers.PEERS
              if not any(peer.key in results.subjects(plan.peers("throughput", size)) for size in plan.PEER_SIZES)
              and not any(name.startswith(peer.name) for name in whys)]
    whys = whys | {name: "it was not asked for" for name in absent}
    if not whys:
        return ""
    return "## Not measured\n\n" + "".join(f"- {name}: {why}\n" for name, why in whys.items())


def size_of(run):
    return run.split("--size ")[1].split()[0]


def table(head, rows):
    if not rows:
        return ""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)
