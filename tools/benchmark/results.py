"""What was measured: figures of subjects in runs, each with a value a round."""
import json
import statistics


class Spread:
    """The values of all rounds; those that mean nothing are left out."""

    def __init__(self, values):
        self.values = [value for value in values if value is not None]

    def __bool__(self):
        return bool(self.values)

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def least(self):
        return min(self.values)

    @property
    def most(self):
        return max(self.values)


class Results:
    """A dictionary that goes into a file and comes back from it:

    date, rounds, seconds, machine and versions (a list) are for people;
    runs[RUN][SUBJECT] has `name` for people, and `figures`: lists of values, one a round;
    costs[TABLE][COLUMN][OPERATION] are nanoseconds; missing[WHAT] says why it was not measured.
    """

    def __init__(self, data):
        self.data = {"runs": {}, "costs": {}, "missing": {}} | data

    @classmethod
    def read(cls, path):
        return cls(json.loads(path.read_text()))

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.data, indent=1, ensure_ascii=False) + "\n")

    def add(self, run, subject, name, figures):
        """One more round. A figure is a value, or a list of them."""
        row = self.data["runs"].setdefault(run, {}).setdefault(subject, {"name": name, "figures": {}})
        for figure, value in figures.items():
            row["figures"].setdefault(figure, []).extend(value if isinstance(value, list) else [value])

    def subjects(self, run):
        return self.data["runs"].get(run, {})

    def name(self, run, subject):
        return self.subjects(run)[subject]["name"]

    def figure(self, run, subject, figure):
        return Spread(self.subjects(run).get(subject, {}).get("figures", {}).get(figure, []))

    def among(self, run, start, figure):
        """Of the subjects whose keys are START_COUNT: the Spread of each by its count, in their order."""
        found = {int(key.split("_")[1]): self.figure(run, key, figure)
                 for key in self.subjects(run) if key.startswith(start + "_")}
        return {many: spread for many, spread in sorted(found.items()) if spread}

    def ratio(self, run, of, to, figure):
        """Made within each round, because a slow round is slow for both."""
        of, to = (self.subjects(run).get(subject, {}).get("figures", {}).get(figure, []) for subject in (of, to))
        return Spread([a / b if a is not None and b else None for a, b in zip(of, to)])
