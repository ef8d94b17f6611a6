#!/usr/bin/env python3
"""./dev bench: what it makes of figures, and of programs that do not do as they should. Nothing is measured here."""
import itertools
import pathlib
import stat
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as xml

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
from benchmark import measure, numbers, page, peers, plan, plots, svg
from benchmark.results import Results

RESULTS = Results.read(pathlib.Path(__file__).parent / "bench_results.json")
SVG = "{http://www.w3.org/2000/svg}"


class Page(unittest.TestCase):
    def setUp(self):
        self.lines = page.page(RESULTS).splitlines()

    def row(self, *starts):
        """The one line of a table that begins with these cells."""
        start = "| " + " | ".join(starts) + " |"
        found = [line for line in self.lines if line.startswith(start)]
        self.assertEqual(len(found), 1, (start, found))
        return [cell.strip() for cell in found[0].strip("|").split("|")]

    def test_a_median_stands_with_the_least_and_the_most_and_ratios_are_made_within_rounds(self):
        self.assertEqual(self.row("NoMQ v1, QoS 0", "100")[2:],
                         ["1.6 M (1.4 M to 1.7 M)", "1.4 (1.3 to 1.5)", "0", "4 (4 to 5)", "0.8 (0.5 to 0.85)",
                          "2 (1.88 to 2.17)"])

    def test_what_was_lost_is_the_sum_of_all_rounds(self):
        self.assertEqual(self.row("NoMQ v1, QoS 0", "1000")[4], "3")

    def test_a_goal_is_reached_or_not_by_its_median_and_says_so_where_nobody_knows(self):
        self.assertEqual(self.row("NoMQ QoS 0, 100 bytes")[1:], ["≥ 1.5 M/s", "1.6 M/s (1.4 M to 1.7 M)", "yes"])
        self.assertEqual(self.row("NoMQ QoS 0, 100 bytes, CPU time of both ends")[1:],
                         ["≤ 1.3 µs", "1.4 µs (1.3 to 1.5)", "**no**"])
        self.assertEqual(self.row("USMP, CPU time from 1 to 4 shards")[1:], ["≤ 1.15×", "", "not measured"])
        # 30/25 and 28/14; the round in which nothing came back is left out.
        self.assertEqual(self.row("NoMQ round trip, median by a sealed raw exchange")[1:],
                         ["≤ 1.25×", "1.6× (1.2 to 2)", "**no**"])

    def test_flat_is_the_dearest_of_each_round_by_the_first(self):
        self.assertEqual(self.row("NoMQ, CPU time from 1 to 10,000 channels")[2], "1.2× (1 to 1.2)")

    def test_what_grows_is_judged_with_sockets_and_shown_beside_what_it_is_without(self):
        self.assertEqual(self.row("NoMQ, channels")[1:], ["5", "5.5 (5 to 6)", "5 (4 to 6)", ""])
        self.assertEqual(self.row("· without sockets", "0.5")[2:], ["1", "2", ""])
        self.assertEqual(self.row("USMP, sessions")[1:], ["4", "", "", "6"])
        self.assertEqual(self.row("USMP, CPU time from 1 to all sessions")[2:], ["1.5×", "**no**"])
        self.assertEqual(self.row("memory of a session, among 100,000")[2:], ["1010 (1000 to 1020)"])

    def test_peers_stand_in_the_order_of_their_rates(self):
        names = [line.split("|")[1].strip() for line in self.lines if line.startswith(("| NATS", "| ZeroMQ"))]
        self.assertEqual(names, ["NATS, TLS", "ZeroMQ, CURVE"])

    def test_who_was_not_measured_is_named(self):
        text = "\n".join(self.lines)
        self.assertIn("- libcoap NON, DTLS-PSK, throughput, 100 bytes: its library was not found", text)
        self.assertIn("- mosquitto QoS 1, TLS-PSK: ", text)
        self.assertNotIn("- ZeroMQ", text)

    def test_an_operation_that_one_library_lacks_leaves_a_gap(self):
        self.assertEqual(self.row("gcm_seal/112/1")[1:], ["257", ""])

    def test_every_row_of_a_table_has_as_many_cells_as_its_head(self):
        for is_table, lines in itertools.groupby(self.lines, lambda line: line.startswith("|")):
            if is_table:
                self.assertEqual(len({line.count("|") for line in lines}), 1)

    def test_its_pictures_are_those_that_are_drawn(self):
        shown = {line.split("(plots/")[1].rstrip(")") for line in self.lines if line.startswith("![")}
        self.assertEqual(shown, set(plots.plots(RESULTS)))


class Plots(unittest.TestCase):
    def test_they_are_svg_and_name_what_they_show(self):
        pictures = plots.plots(RESULTS)
        for name, picture in pictures.items():
            self.assertEqual(xml.fromstring(picture).tag, SVG + "svg", name)
        for name, words in (("throughput.svg", "NoMQ QoS 0"), ("throughput.svg", "NATS, TLS"),
                            ("cpu.svg", "ZeroMQ, CURVE"), ("latency.svg", "NoMQ"), ("cost.svg", "NoMQ, channels"),
                            ("cost.svg", "NoMQ, channels, alone")):
            self.assertIn(words, texts(pictures[name]), name)

    def test_without_any_figures_they_say_so(self):
        for name, picture in plots.plots(Results({})).items():
            self.assertIn("not measured", texts(picture), name)

    def test_no_two_names_overlap_however_close_their_lines_end(self):
        for ends in ([1.0] * 12, [10.0**i for i in range(8)], [1, 1.01, 1000, 1001, 5],
                     [0.001, *(10 ** (i / 8) for i in range(8)), 1000]):
            series = [svg.Series(f"number {i}", "nomq", [(1, 1), (100, end)]) for i, end in enumerate(ends)]
            root = xml.fromstring(svg.lines("", "", series, [(1, "1"), (100, "100")], "", str))
            names = sorted(float(text.get("y")) for text in root.iter(SVG + "text") if "name" in text.get("class"))
            self.assertEqual(len(names), len(ends))
            self.assertTrue(all(b - a >= svg.LINE_HEIGHT - 0.2 for a, b in itertools.pairwise(names)), names)
            self.assertTrue(0 < names[0] and names[-1] < float(root.get("height")), names)

    def test_who_has_room_stays_and_who_has_not_moves_as_little_as_can_be(self):
        self.assertEqual(svg.apart([10, 50, 50, 200], 0, 300, gap=20), [10, 40, 60, 200])
        self.assertEqual(svg.apart([0, 300, 300], 0, 300, gap=20), [0, 280, 300])

    def test_all_values_lie_between_the_lines_beside_them(self):
        for values in ([3], [1, 2], [0.3, 70], [9.4e3, 19.8e6], [999, 1001]):
            for logarithmic in (True, False):
                ticks = svg.y_ticks(values, logarithmic)
                self.assertLessEqual(min(ticks), min(values))
                self.assertGreaterEqual(max(ticks), max(values))
                self.assertLessEqual(len(ticks), 10)


class Numbers(unittest.TestCase):
    def test_have_three_digits_that_mean_something(self):
        for number, text in ((0, "0"), (0.667, "0.67"), (18.44, "18.4"), (318.4, "318"), (9400, "9400"),
                             (18_437, "18.4 k"), (502_000, "502 k"), (1_520_000, "1.52 M"), (12_600_000, "12.6 M")):
            self.assertEqual(numbers.short(number), text)


class Measuring(unittest.TestCase):
    """With programs that only say figures."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = pathlib.Path(folder.name)
        (self.build / "bench/peers").mkdir(parents=True)
        self.length = plan.Length(rounds=2, seconds=0.1, sessions=1, messages=1, repetitions=1)

    def program(self, path, script):
        file = self.build / path
        file.write_text("#!/bin/sh\n" + script)
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def measured(self, only):
        return measure.measure(self.build, self.length, only)

    def test_each_round_asks_tacit_once_and_keeps_its_figures(self):
        self.program("tacit", """echo "$*" >> "$0.asked"
echo '{"machine": {"crypto": "none"}, "rows": [{"key": "tacit", "name": "It", "figures": {"rate": {"rounds": [7.5]}}}]}'""")
        run = plan.nomq(100)
        results = self.measured(f"{run}")
        self.assertEqual(results.figure(run, "tacit", "rate").values, [7.5, 7.5])
        self.assertEqual(results.data["missing"], {})
        asked = (self.build / "tacit.asked").read_text().splitlines()
        self.assertIn(f"bench {run} --duration 0.1 --rounds 1 --json", asked)

    def test_what_fails_is_named_with_what_it_said_and_the_rest_goes_on(self):
        self.program("tacit", "echo 'tacit: integrity: messages arrived changed' >&2; exit 8")
        self.program("bench/peers/peer_zeromq", """echo '{"rate": 5, "cpu_us": 1, "lost": 0, "wrong": 0}'""")
        run = plan.nomq(100)
        self.assertEqual(self.measured(run).data["missing"],
                         {run: "tacit: integrity: messages arrived changed",
                          plan.nomq(1000): "tacit: integrity: messages arrived changed"})
        results = self.measured("ZeroMQ, CURVE, throughput")
        self.assertEqual(results.figure(plan.peers("throughput", 1000), "zeromq", "rate").values, [5, 5])

    def test_what_a_message_costs_among_many_is_not_shown_where_some_were_lost(self):
        self.program("tacit", """echo '{"machine": {"crypto": "none"}, "rows": [{"key": "senders_1", "name": "Senders: 1",
"figures": {"cpu_us": {"rounds": [1]}, "cpu_us_alone": {"rounds": [1]}, "lost": {"rounds": [2]}}}]}'""")
        results = self.measured(plan.CROWD)
        self.assertEqual(results.data["missing"], {plan.CROWD: "Senders: 1: 2 messages were lost"})
        self.assertEqual(results.data["runs"], {})

    def test_a_peer_that_delivers_something_else_is_not_shown(self):
        self.program("bench/peers/peer_zeromq", """echo '{"rate": 5, "cpu_us": 1, "lost": 0, "wrong": 3}'""")
        results = self.measured("ZeroMQ, CURVE, throughput, 100 bytes")
        self.assertEqual(results.data["missing"], {"ZeroMQ, CURVE, throughput, 100 bytes": "3 messages arrived changed"})
        self.assertEqual(results.data["runs"], {})

    def test_a_peer_that_was_not_built_is_named(self):
        results = self.measured("mosquitto QoS 1")
        self.assertEqual(len(results.data["missing"]), len(plan.PEER_SIZES))
        self.assertIn("library was not found", next(iter(results.data["missing"].values())))

    def test_who_hangs_is_ended_with_all_that_it_has_started(self):
        with self.assertRaisesRegex(peers.Missing, "not over after 0.3 s"):
            peers.output(["sh", "-c", f"sleep 60 & echo $! > {self.build}/child; wait"], 0.3)
        child = int((self.build / "child").read_text())
        for _ in range(100):  # until init has seen it
            if not pathlib.Path(f"/proc/{child}").exists():
                return
            time.sleep(0.05)
        self.assertIn("(sleep) Z", pathlib.Path(f"/proc/{child}/stat").read_text())


def texts(picture):
    return {text.text for text in xml.fromstring(picture).iter(SVG + "text")}


if __name__ == "__main__":
    unittest.main()
