"""The table of a run, in Markdown that also reads well on a terminal."""
import os
import statistics

MARK = "<!-- {}: {} -->"
NAMES = {"raw": "raw append, NDJSON", "raw_binary": "raw append, Aura's bytes",
         "redis": "Redis", "duckdb": "DuckDB", "aura": "Aura"}


def name(case):
    if case.figure == "D2":
        return "Aura, 4096 × 8 connections"
    if case.rate:
        return f"{NAMES[case.peer]}, {si(case.rate)}/s offered"
    window = f", {case.in_flight} in flight" if case.peer in ("redis", "aura") else ""
    return NAMES[case.peer] + window


def si(x):
    """A number of three digits or so: 243 k, 1.62 M."""
    for unit, size in ((" M", 1e6), (" k", 1e3)):
        if abs(x) >= size:
            return f"{x / size:.3g}{unit}"
    return f"{x:.3g}"


def spread(xs, show=si):
    """median (min..max)"""
    return f"{show(statistics.median(xs))} ({show(min(xs))}..{show(max(xs))})"


def table(head, rows):
    """A Markdown table whose columns are aligned: words left, figures right."""
    rows = [[str(c) for c in r] for r in rows]
    widths = [max(3, *(len(r[i]) for r in [head] + rows)) for i in range(len(head))]

    def line(cells):
        padded = [c.ljust(w) if i == 0 else c.rjust(w)
                  for i, (c, w) in enumerate(zip(cells, widths))]
        return "| " + " | ".join(padded) + " |"
    rule = ["-" * w if i == 0 else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return "\n".join([line(head), line(rule)] + [line(r) for r in rows])


def ns_per_event(key):
    return lambda m: m[key] / m["events"] * 1e9


def visible_ns_per_event(m):
    """Processor time until events are visible in log, memory and index: all but that of chunks."""
    return (m["settled_cpu_s"] - m.get("chunk_cpu_s", 0)) / m["events"] * 1e9


def lines(measurements, failures):
    """One row a case: rate, latency, processor time."""
    rows = []
    for case, ms in measurements.items():
        if case in failures:
            rows.append([name(case), "failed"] + [""] * 8)
            continue

        def median(f, nd=2):
            return f"{statistics.median(f(m) for m in ms):.{nd}f}"
        served = "server_cpu_s" in ms[0]
        rows.append([
            name(case), spread([m["events_per_s"] for m in ms]),
            median(lambda m: m["ack_ms_p50"]), median(lambda m: m["ack_ms_p99"]),
            median(lambda m: m["ack_ms_max"]),
            median(ns_per_event("server_cpu_s"), 0) if served else "",
            median(ns_per_event("server_kernel_s"), 0) if "server_kernel_s" in ms[0] else "",
            median(visible_ns_per_event, 0) if served else "",
            median(ns_per_event("settled_cpu_s"), 0) if served else "",
            median(lambda m: m["client_cpu_s"] / m["seconds"])])
    return table(["peer", "events/s: median (min..max)", "ack ms p50", "p99", "max",
                  "server CPU ns/event", "kernel's part", "until visible", "until idle", "client cores"], rows)


def paired(measurements, over, under, value):
    """over / under of the same round."""
    by_round = {m["round"]: value(m) for m in measurements[under]}
    return [value(m) / by_round[m["round"]] for m in measurements[over]]


def figures(measurements, failures):
    """The ratios and the targets. What rests on a line that failed is refused, with the reason."""
    rows = []

    def find(figure, peer, in_flight=None):
        return next((c for c in measurements if (c.figure, c.peer) == (figure, peer)
                     and in_flight in (None, c.in_flight)), None)

    def row(what, cases, values, target="", met=None):
        if None in cases:
            return
        broken = [c for c in cases if c in failures]
        if broken:
            reason = f"refused: {name(broken[0])} failed"
            rows.append([what, reason, target, ""])
            return
        xs = values()
        verdict = "" if met is None else ("met" if met(statistics.median(xs)) else "missed")
        rows.append([what, spread(xs), target, verdict])

    def ratio(what, over, under, value, *target):
        row(what, [over, under], lambda: paired(measurements, over, under, value), *target)

    def of(case, value):
        return lambda: [value(m) for m in measurements[case]]

    def rate(m):
        return m["events_per_s"]

    raw, duckdb = find("D1", "raw"), find("D1", "duckdb")
    for c in [c for c in measurements if (c.figure, c.peer) == ("D1", "aura")]:
        w = f"{c.in_flight} in flight"
        row(f"D1 events/s, {w}", [c], of(c, rate), "≥ 1.5 M", lambda x: x >= 1.5e6)
        ratio(f"D1 Aura / Redis, {w}", c, find("D1", "redis", c.in_flight), rate,
              "≥ 5", lambda x: x >= 5)
        ratio(f"D1 Aura / raw append of the NDJSON, {w}", c, raw, rate)
    ratio("D1 Aura / DuckDB, 1 in flight", find("D1", "aura", 1), duckdb, rate)
    opened = find("D1 open", "aura")
    ratio("D1 open loop, ack p99: Aura / raw append of its bytes", opened,
          find("D1 open", "raw_binary"), lambda m: m["ack_ms_p99"], "≤ 2", lambda x: x <= 2)
    d2 = find("D2", "aura")
    row("D2 events/s", [d2], of(d2, rate), "≥ 3 M", lambda x: x >= 3e6)
    for c in [c for c in measurements if c.peer == "aura" and not c.rate]:
        # With few batches in flight, few share the fixed cost of a sync and of its wake-ups.
        is_busy = c.connections * c.in_flight >= 64
        target = ("≤ 200", lambda x: x <= 200) if is_busy else ()
        row(f"D3 server CPU ns/event until visible: {name(c)}", [c],
            of(c, visible_ns_per_event), *target)
    for c in [c for c in measurements if c.figure == "D1" and c.peer == "redis"]:
        ratio(f"{name(c)} / raw append of the NDJSON", c, raw, rate)
    ratio("DuckDB / Redis, 1 in flight", duckdb, find("D1", "redis", 1), rate)
    return table(["figure", "median (min..max)", "target", "verdict"], rows) if rows else ""


def notes(about, measurements, failures):
    """What a reader must know before trusting the figures."""
    found = [f"{name(c)} failed, {reason}." for c, reason in failures.items()]
    for case, ms in measurements.items():
        if case in failures:
            continue
        reached = statistics.median(m["events_per_s"] for m in ms)
        if reached < .98 * case.rate:
            found.append(f"{name(case)}: only {si(reached)}/s were acknowledged.")
        if case.peer in ("raw", "raw_binary"):
            continue
        client = statistics.median(m["client_cpu_s"] / m["seconds"] for m in ms)
        server = statistics.median(m["server_cpu_s"] / m["seconds"] for m in ms)
        if client > .9 and client > server:
            found.append(f"{name(case)}: the client used {client:.2f} cores, the server "
                         f"{server:.2f}: the client may be the limit.")
        elif client + server > .95 * about["cores"]:
            found.append(f"{name(case)}: client and server together used {client + server:.2f} of "
                         f"{about['cores']} cores.")
    load = about["load_average"][0]
    if load > .5 * about["cores"]:
        found.append(f"The machine was not quiet: load average {load} at the start.")
    return "\n".join("- " + n for n in found)


def markdown(about, a, measurements, failures):
    first = (f"{about['time']}, commit {about['commit']}: {about['cpu']}, {about['cores']} cores, "
             f"{about['memory_gb']} GB, Linux {about['kernel']}, {about['disk']}, "
             f"load average {about['load_average'][0]}; {about['redis']}, {about['duckdb']}. "
             f"{a.rounds} rounds of {a.seconds:g} s a line ({a.open_seconds:g} s open loop), "
             f"{a.events:,} events.")
    parts = [first, lines(measurements, failures), figures(measurements, failures),
             notes(about, measurements, failures)]
    return "\n\n".join(p for p in parts if p) + "\n"


def record(readme, text, name="last table"):
    """Puts a table between its marks in the README."""
    begin, end = MARK.format(name, "begin"), MARK.format(name, "end")
    with open(readme) as f:
        before, rest = f.read().split(begin)
    after = rest.split(end)[1]
    with open(readme + ".part", "w") as f:
        f.write(before + begin + "\n" + text + end + after)
    os.replace(readme + ".part", readme)
