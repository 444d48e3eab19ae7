"""What the benchmarks have in common: the folder of a run, its workload, and the order of what it measures."""
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field

import gen
import machine
from stores import BENCHMARKS, REPOSITORY, encode


def begin(bytes_needed):
    """The folder of a run, on a disk that will do, and what there is to know of the machine, printed."""
    # Ended by a signal, servers and engines are stopped and data is deleted all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = os.path.abspath(os.environ.get("BENCH_WORK") or os.path.join(BENCHMARKS, ".work"))
    os.makedirs(work, exist_ok=True)
    machine.require_disk(work, bytes_needed)
    about = machine.describe(work, REPOSITORY)
    for key, value in about.items():
        print(f"{key.replace('_', ' '):13} {value}", flush=True)
    return work, about


@dataclass
class Bench:
    """What every measurement of a run has in common."""
    work: str
    events: int
    seconds: float = 2
    open_seconds: float = 5
    ndjson: str = field(init=False)
    parquet: str = field(init=False)
    batches: dict = field(default_factory=dict)

    def __post_init__(self):
        stem = workload(self.work, self.events)
        self.ndjson, self.parquet = stem + ".ndjson", stem + ".parquet"

    def encoded(self, batch):
        """A file of the events as Aura sends them, in batches of that many; made once."""
        if batch not in self.batches:
            self.batches[batch] = os.path.join(self.work, f"batches-{batch}")
            encode(self.ndjson, self.events, batch, self.batches[batch])
        return self.batches[batch]

    def seconds_of(self, case):
        return self.open_seconds if case.rate else self.seconds


def workload(work, events):
    """The files of the workload, made when they are missing; their digest is checked."""
    rows = gen.DIGEST_ROWS if events <= gen.DIGEST_ROWS else gen.EVENTS
    folder = os.path.join(work, "workload")
    stem = os.path.join(folder, f"events_{gen.label(rows)}")
    if not os.path.exists(stem + ".ndjson"):
        print(f"making {rows:,} events of workload in {folder} …", flush=True)
        # In a process of its own, so that its memory is given back.
        subprocess.run([sys.executable, gen.__file__, "--data", folder, "--rows", str(rows)],
                       check=True, stdout=subprocess.DEVNULL, timeout=3600)
    gen.check(stem + ".ndjson")
    return stem


def order(cases, round_number, rounds):
    """Another beginning each round, and every second round backwards."""
    start = round_number * len(cases) // rounds
    turned = cases[start:] + cases[:start]
    return turned[::-1] if round_number % 2 else turned
