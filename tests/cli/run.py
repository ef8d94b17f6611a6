#!/usr/bin/env python3
"""Runs command lines as a reader would type them, and compares what comes out.

usage: tests/cli/run.py PROGRAM SCRIPT

A script is read from top to bottom, in an empty folder of its own with an empty home:

    # A remark.
    $ tacit key gen nomq lab.key          a command for bash; `tacit` is PROGRAM
    > continued                           a further line of the same command
    nomq-v1  ...  lab.key                 standard output, line by line
    ! tacit: warning: ...                 standard error, likewise
    ? 7                                   the exit code; 0 where nothing is said

`...` inside a line stands for anything but a line's end, alone on a line for any number of lines. $SOURCE is the
repository. A program or feature that the machine lacks:  [needs zsh]  skips the rest of the script, by name.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
TIMEOUT_S = 60


class Step:
    def __init__(self, line_number, command):
        self.line_number, self.command = line_number, command
        self.out, self.err, self.code = [], [], 0


def steps_of(text):
    """The script as ('needs', word) and Steps, in order."""
    step, steps = None, []
    remark_may_follow = True  # after a blank line or another remark; elsewhere `#` is output
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#") and remark_may_follow:
            step = None
            continue
        remark_may_follow = not line.strip()
        if line.startswith("$ "):
            step = Step(number, line[2:])
            steps.append(step)
        elif needs := re.fullmatch(r"\[needs (\S+)\]", line):
            steps.append(("needs", needs[1]))
        elif step is None:
            if line.strip():
                sys.exit(f"line {number}: output without a command: {line}")
        elif line.startswith("> "):
            step.command += "\n" + line[2:]
        elif line.startswith("! ") or line == "!":
            step.err.append(line[2:])
        elif re.fullmatch(r"\? \d+", line):
            step.code = int(line[2:])
        else:
            step.out.append(line)
    for one in steps:
        if isinstance(one, Step):
            while one.out and not one.out[-1].strip():  # blank lines between steps are for the reader
                one.out.pop()
    return steps


def pattern_of(lines):
    pattern = ""
    for line in lines:
        if line == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += r".*?".join(re.escape(part) for part in line.split("...")) + r"\n"
    return re.compile(pattern)


def differs(what, expected, got):
    got = got if not got or got.endswith("\n") else got + "\n"
    if pattern_of(expected).fullmatch(got):
        return ""
    return f"--- {what} expected\n" + "".join(f"{line}\n" for line in expected) + f"--- {what} got\n{got}"


def environment_of(program, folder):
    bin_folder = folder / ".bin"
    bin_folder.mkdir()
    (bin_folder / "tacit").symlink_to(program)
    keep = {name: value for name, value in os.environ.items() if name.startswith(("ASAN_", "UBSAN_", "TSAN_", "LSAN_"))}
    return keep | {
        "PATH": f"{bin_folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(folder / ".home"),
        "XDG_RUNTIME_DIR": str(folder / ".run"),
        "SOURCE": str(pathlib.Path(__file__).resolve().parents[2]),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }


def main():
    program, script = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    failures = 0
    with tempfile.TemporaryDirectory(prefix="tacit-cli-") as name:
        folder = pathlib.Path(name)
        environment = environment_of(program, folder)
        (folder / ".home").mkdir()
        (folder / ".run").mkdir(mode=0o700)
        work = folder / "work"
        work.mkdir()
        for step in steps_of(script.read_text()):
            if not isinstance(step, Step):
                if not shutil.which(step[1]):
                    print(f"skipped from here on: this machine has no {step[1]}")
                    return 1 if failures else SKIPPED
                continue
            try:
                done = subprocess.run(
                    ["bash", "-c", step.command], cwd=work, env=environment, stdin=subprocess.DEVNULL,
                    capture_output=True, text=True, errors="backslashreplace", timeout=TIMEOUT_S,
                )
            except subprocess.TimeoutExpired:
                print(f"{script}:{step.line_number}: $ {step.command}\ndid not end within {TIMEOUT_S} s")
                return 1
            wrong = differs("output", step.out, done.stdout) + differs("errors", step.err, done.stderr)
            if done.returncode != step.code:
                wrong += f"--- exit code {done.returncode} instead of {step.code}\n"
            if wrong:
                failures += 1
                print(f"{script}:{step.line_number}: $ {step.command}\n{wrong}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
