"""The pictures of bench/RESULTS.md: which figures, under which names and in which colours."""
from . import plan, svg
from .numbers import short
from .svg import Bar, Series


def plots(results):
    """File name: SVG."""
    return {"throughput.svg": throughput(results), "cpu.svg": cpu(results), "latency.svg": latency(results),
            "cost.svg": cost(results)}


def throughput(results):
    def by_size(runs, subject):
        found = [(size, results.figure(run, subject, "rate")) for size, run in runs.items()]
        return [(size, spread.median) for size, spread in found if spread]

    qos0, qos1, qos2 = ({size: plan.nomq(size, qos) for size in plan.SIZES} for qos in range(3))
    tcp = {size: plan.usmp(size) for size in plan.SIZES}
    series = [
        Series("limit of NoMQ QoS 0", "limit", by_size(qos0, "bare"), dashed=True),
        Series("raw UDP", "raw", by_size(qos0, "raw"), dashed=True),
        Series("NoMQ QoS 0", "nomq", by_size(qos0, "tacit"), strong=True),
        Series("NoMQ QoS 1", "nomq", by_size(qos1, "tacit"), strong=True),
        Series("NoMQ QoS 2", "nomq", by_size(qos2, "tacit"), strong=True),
        Series("USMP over TCP", "usmp", by_size(tcp, "tacit"), strong=True),
    ]
    at_each_size = {size: plan.peers("throughput", size) for size in plan.PEER_SIZES}
    for peer, name in names(results, at_each_size.values()).items():
        series.append(Series(name, colour(peer), by_size(at_each_size, peer)))
    return svg.lines("Messages a second, by their size",
                     "one way over loopback, all of them arrived; both scales are logarithmic", series,
                     [(size, str(size)) for size in plan.SIZES], "bytes of a message", short)


def cpu(results):
    rows = []
    for run, name, ours in ((plan.nomq(100), "NoMQ QoS 0", "nomq"), (plan.nomq(100, 1), "NoMQ QoS 1", "nomq"),
                            (plan.nomq(100, 2), "NoMQ QoS 2", "nomq"), (plan.usmp(100), "USMP over TCP", "usmp")):
        if spread := results.figure(run, "tacit", "cpu_us"):
            rows.append(Bar(name, ours, spread.median, f"{short(spread.median)} µs", strong=True))
    run = plan.peers("throughput", 100)
    for peer in results.subjects(run):
        spread = results.figure(run, peer, "cpu_us")
        rows.append(Bar(results.name(run, peer), colour(peer), spread.median, f"{short(spread.median)} µs"))
    return svg.bars("CPU time of a message of 100 bytes",
                    "sender, receiver and broker together, the kernel's part included; shorter is better",
                    sorted(rows, key=lambda row: row.value))


def latency(results):
    figures = {"p50_us": "50 %", "p90_us": "90 %", "p99_us": "99 %", "p999_us": "99.9 %"}

    def distribution(run, subject):
        found = [(place, results.figure(run, subject, figure)) for place, figure in enumerate(figures)]
        return [(place, spread.median) for place, spread in found if spread]

    nomq, usmp = plan.LATENCY
    series = [Series("NoMQ", "nomq", distribution(nomq, "tacit"), strong=True),
              Series("USMP over UDP", "usmp", distribution(usmp, "tacit"), strong=True),
              Series("limit of NoMQ", "limit", distribution(nomq, "bare"), dashed=True)]
    run = plan.peers("latency", 100)
    for peer, name in names(results, [run]).items():
        series.append(Series(name, colour(peer), distribution(run, peer)))
    return svg.lines("There and back", "the time within which an answer to a message of 100 bytes was there", series,
                     list(enumerate(figures.values())), "of all round trips", lambda value: f"{short(value)} µs",
                     logarithmic_x=False)


def cost(results):
    colours = ("nomq", "e2e", "coap", "usmp")
    series = []
    for (name, what), colour in zip(plan.AMONG.items(), colours):
        for figure, suffix in (("cpu_us", ""), ("cpu_us_alone", ", alone")):
            points = [(many, spread.median) for many, spread in results.among(*what, figure).items()]
            series.append(Series(name + suffix, colour, points, strong=not suffix, dashed=bool(suffix)))
    decades = [10**power for power in range(6)]
    return svg.lines("CPU time of a message, by how many there are",
                     "one end of it, with its sockets and the kernel, and (dashed) without; flat is good", series,
                     [(many, f"{many:,}") for many in decades], "channels, senders, subscribers, sessions",
                     lambda value: f"{short(value)} µs", logarithmic_y=False)


def names(results, runs):
    """Of all peers that took part in any of these, by their keys."""
    return {peer: results.name(run, peer) for run in runs for peer in results.subjects(run)}


def colour(peer):
    return peer.split("_")[0]
