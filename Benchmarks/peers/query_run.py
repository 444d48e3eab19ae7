"""Asks engines questions in turn, times them and compares their answers."""
import os
import statistics
import sys
import time
from dataclasses import dataclass

import answers
import query_report
from bench import order
from machine import PeerFailed
from questions import Question

REFERENCE = "duckdb"
COLD_ROUNDS = 3
TELLING_S = 20


@dataclass(frozen=True)
class Setup:
    """How an engine is asked."""
    engine: str
    threads: int
    rollups: bool = True   # Aura's index of time buckets


class Run:
    """What was measured of some questions."""

    def __init__(self, name, asked, setups):
        self.name, self.questions, self.setups = name, asked, setups
        self.seconds = {}      # question's name, setup: one figure a round
        self.failures = {}     # question's name, setup: why
        self.differences = {}  # question's name, setup: how its answer is not the reference's

    def fail(self, question, setup, reason):
        self.failures[question.name, setup] = reason
        print(f"FAILED {question.name}, {query_report.name(setup)}: {reason}", file=sys.stderr, flush=True)

    def check(self, question, setup, found, expected):
        try:
            rows = found["rows"]
            if setup.engine == "aura":
                rows = answers.from_aura(rows, expected["kinds"])
            how = answers.difference(question, rows, expected["rows"])
        except (TypeError, ValueError, SyntaxError) as e:
            how = f"cannot be read: {e}"
        if how:
            self.differences[question.name, setup] = how
            print(f"DIFFERS {question.name}, {query_report.name(setup)}: {how}\n  {question.texts['aura']}",
                  file=sys.stderr, flush=True)

    def has_failed(self):
        return bool(self.failures or self.differences)


def is_asked(question, setup):
    """JSON makes a difference where a property is named; not every question is there in every dialect."""
    if setup.engine == "duckdb_json":
        return "properties." in question.sql
    return not setup.engine.startswith("clickhouse") or bool(question.texts["clickhouse"])


class Progress:
    """Tells on standard error how far a long piece of work is, every now and then."""

    def __init__(self, what, count):
        self.what, self.count, self.done = what, count, 0
        self.begun = self.told = time.monotonic()
        print(f"{what}: {count} to ask", file=sys.stderr, flush=True)

    def step(self):
        self.done, at = self.done + 1, time.monotonic()
        if at - self.told < TELLING_S or self.done == self.count:
            return
        left = (at - self.begun) / self.done * (self.count - self.done)
        print(f"{self.what}: {self.done} of {self.count}, {left / 60:.0f} min left", file=sys.stderr, flush=True)
        self.told = at


def measured(run, engines, rounds, times):
    """Every question by every engine once a round; what fails once is not tried again."""
    asked, setups = run.questions, run.setups
    for r in range(rounds):
        progress = Progress(f"{run.name}, round {r + 1}/{rounds}", len(asked))
        for question in order(asked, r, rounds):
            found = {}
            for setup in order(setups, r, rounds):
                key = question.name, setup
                if key in run.failures or not is_asked(question, setup):
                    continue
                try:
                    found[setup] = engines[setup.engine].ask(question, setup, times)
                except PeerFailed as e:
                    run.fail(question, setup, str(e))
                    continue
                run.seconds.setdefault(key, []).append(statistics.median(found[setup]["seconds"]))
            if r == 0:
                compare(run, engines, question, found)
            progress.step()
        print(f"{progress.what}: {len(run.failures)} failed, {len(run.differences)} differ",
              file=sys.stderr, flush=True)


def compare(run, engines, question, found):
    """Every answer with the reference's; one that approximates, with what is exact."""
    expected = next((f for s, f in found.items() if s.engine == REFERENCE), None)
    if question.exact:
        exact = Question(question.name, question.what, question.exact)
        expected = engines[REFERENCE].ask(exact, Setup(REFERENCE, 2), 1, is_warm=False)
    for setup, f in found.items() if expected else ():
        run.check(question, setup, f, expected)


def evict(folder):
    """Takes the files of a folder out of the system's memory; whatever else runs keeps its own."""
    for at, _, files in os.walk(folder):
        for name in files:
            descriptor = os.open(os.path.join(at, name), os.O_RDONLY)
            try:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)


def measured_cold(run, engines, folders):
    """A fresh process each time, which finds nothing of its store in memory, and its first question."""
    os.sync()
    for r in range(COLD_ROUNDS):
        progress = Progress(f"{run.name}, round {r + 1}/{COLD_ROUNDS}", len(run.questions))
        for question in run.questions:
            for setup in order([s for s in run.setups if is_asked(question, s)], r, COLD_ROUNDS):
                engines[setup.engine].close()
                evict(folders[setup.engine])
                try:
                    found = engines[setup.engine].ask(question, setup, 1, is_warm=False)
                except PeerFailed as e:
                    run.fail(question, setup, str(e))
                    continue
                engines[setup.engine].close()
                run.seconds.setdefault((question.name, setup), []).append(found["seconds"][0])
            progress.step()


def memory(engines, asked, setups):
    """Megabytes of the process that answers every question once, by engine."""
    found = {}
    for setup in setups:
        those = [q for q in asked if is_asked(q, setup)]
        if those:
            print(f"memory of {query_report.name(setup)}", file=sys.stderr, flush=True)
            try:
                found[setup.engine] = engines[setup.engine].memory_mb(those, setup)
            except PeerFailed as e:
                print(f"memory of {query_report.name(setup)}: {e}", file=sys.stderr, flush=True)
    return found
