"""Runs the plan, round by round: each round measures everything once, so that a slow minute is everybody's."""
import datetime
import json
import os
import platform
import re
import subprocess
import sys

from . import peers, plan
from .peers import Missing, output
from .results import Results

CRYPTO_LIBRARIES = {
    "OpenSSL": ("crypto_bench_openssl", {"TACIT_CRYPTO": "openssl"}),
    "ipsec-mb": ("crypto_bench_openssl", {}),
    "BearSSL": ("crypto_bench_bearssl", {}),
}


def measure(build, length, only=""):
    """`build`: where the programs are. `only`: a part of the names of the runs that one wants."""
    results = Results({
        "date": str(datetime.date.today()),
        "rounds": length.rounds,
        "seconds": length.seconds,
        "machine": {"cpu": cpu(), "cpus": os.cpu_count(), "kernel": platform.release()},
        "versions": versions(build),
    })
    steps = [step for step in round_of(build, length) if only in step[0]]
    for number in range(1, length.rounds + 1):
        for name, step in steps:
            attempt(results, f"round {number} of {length.rounds}", name, step)
    for name, step in once(build, length):
        if only in name:
            attempt(results, "once", name, step)
    return results


def attempt(results, when, name, step):
    if name in results.data["missing"]:
        return  # a second time tells nothing new
    print(f"{when}: {name}", file=sys.stderr, flush=True)
    try:
        step(results)
    except Missing as why:
        print(f"  not measured: {why}", file=sys.stderr)
        results.data["missing"][name] = str(why)


def round_of(build, length):
    """What each round does: (name, step)."""
    for run in (*plan.THROUGHPUT, *plan.LATENCY, *plan.SHARDS, plan.E2E):
        words = ["--duration", str(length.seconds if run not in plan.LATENCY else min(length.seconds, 1))]
        yield run, lambda results, run=run, words=words: tacit_bench(results, build, run, words)
    yield plan.HANDSHAKE, lambda results: tacit_bench(results, build, plan.HANDSHAKE, [])
    for peer in peers.PEERS:
        for what, sizes in (("throughput", plan.PEER_SIZES), ("latency", (100,) if peer.latency else ())):
            for size in sizes:
                yield (f"{peer.name}, {what}, {size} bytes",
                       lambda results, task=(peer, what, size): one_peer(results, build, length, *task))
    words = ["--messages", str(length.messages)]
    yield plan.CROWD, lambda results: tacit_bench(results, build, plan.CROWD, words)


def once(build, length):
    """What has rounds of its own, or takes too long for several."""
    words = ["--sessions", str(length.sessions), "--messages", str(length.messages)]
    yield plan.SESSIONS, lambda results: tacit_bench(results, build, plan.SESSIONS, words, rounds=length.rounds)
    for library, (program, environment) in CRYPTO_LIBRARIES.items():
        yield (f"cryptography of {library}",
               lambda results, task=(library, program, environment): costs(results, build, length, "crypto", *task))
    yield "parts", lambda results: costs(results, build, length, "parts", "ns", "micro_bench", {})


def tacit_bench(results, build, run, words, rounds=1):
    command = [build / "tacit", "bench", *run.split(), *words, "--rounds", rounds, "--json"]
    report = json.loads(output(command, 600))
    results.data["machine"]["crypto"] = report["machine"]["crypto"]
    for row in report["rows"]:
        figures = {key: figure["rounds"] for key, figure in row["figures"].items()}
        if "cpu_us_alone" in figures and any(figures["lost"]):  # of which the page would say nothing
            raise Missing(f"{row['name']}: {sum(figures['lost'])} messages were lost")
        results.add(run, row["key"], row["name"], figures)


def one_peer(results, build, length, peer, what, size):
    figures = peers.measure(peer, what, size, min(length.seconds, 2), build / "bench/peers")
    if figures.get("wrong"):
        raise Missing(f"{figures['wrong']} messages arrived changed")
    results.add(plan.peers(what, size), peer.key, peer.name, figures)


def costs(results, build, length, table, column, program, environment):
    """google-benchmark's; a run does a batch at a time, which its items per second know."""
    aggregate = ["--benchmark_report_aggregates_only=true"] if length.repetitions > 1 else []
    report = json.loads(output([build / "bench" / program, "--benchmark_format=json", "--benchmark_min_time=0.02",
                                f"--benchmark_repetitions={length.repetitions}", *aggregate], 300,
                               env=os.environ | environment))
    results.data["costs"].setdefault(table, {})[column] = {
        run["run_name"]: 1e9 / run["items_per_second"]
        for run in report["benchmarks"] if run.get("aggregate_name", "median") == "median" and "items_per_second" in run
    }


def cpu():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"model name\s*: (.*)", file.read())
    return found[1] if found else platform.machine()


def versions(build):
    """Of what takes part, as far as it can be told."""
    def lines(*command):
        try:
            return subprocess.run([str(word) for word in command], capture_output=True, text=True).stdout.splitlines()
        except OSError:
            return []

    shown = lines("dpkg-query", "--show", "--showformat=${Package} ${Version}\n", *peers.PACKAGES)
    return [*lines(build / "tacit", "version")[:1], *lines("c++", "--version")[:1], *shown]
