"""The tables of `Benchmarks/run query`, in Markdown that also reads well on a terminal."""
import json
import statistics
from dataclasses import asdict

import gen
from report import si, spread, table

NAMES = {"aura": "Aura", "duckdb": "DuckDB", "duckdb_json": "DuckDB, JSON", "clickhouse": "ClickHouse",
         "clickhouse_tuned": "ClickHouse, tuned"}
WORST = 40


def name(setup):
    threads = f"{setup.threads} thread" + "s" * (setup.threads > 1)
    return f"{NAMES[setup.engine]}{'' if setup.rollups else ', rollups off'}, {threads}"


def ms(seconds):
    """Milliseconds of three digits."""
    value = seconds * 1e3
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def times(x):
    return f"{x:.2f}" if x < 10 else f"{x:.3g}"


def is_refused(run, question, setup):
    return (question.name, setup) in run.failures or (question.name, setup) in run.differences


def ratios(run, question, setup):
    """How many times as long as Aura the best peer took, by round; nothing if that cannot be said."""
    mine = run.seconds.get((question.name, setup), [])
    peers = [s for s in run.setups if s.engine != "aura" and s.threads == setup.threads]
    theirs = [run.seconds[question.name, s] for s in peers
              if (question.name, s) in run.seconds and not is_refused(run, question, s)]
    if is_refused(run, question, setup) or not theirs:
        return []
    return [best / max(x, 1e-6) for x, *others in zip(mine, *theirs) for best in [min(others)]]


def means(run, setup, questions=None):
    """The geometric mean of the ratios of the questions, by round."""
    found = [r for r in (ratios(run, q, setup) for q in questions or run.questions) if r]
    return [statistics.geometric_mean(of_round) for of_round in zip(*found)] if found else []


def cell(run, question, setup):
    if (question.name, setup) in run.failures:
        return "failed"
    if (question.name, setup) in run.differences:
        return "differs"
    seconds = run.seconds.get((question.name, setup))
    return ms(statistics.median(seconds)) if seconds else ""


def of_threads(run, threads, has_targets):
    """What each question took each engine, in milliseconds, and Aura beside the best of its peers."""
    setups = [s for s in run.setups if s.threads == threads]
    aura = [s for s in setups if s.engine == "aura"]
    rows = []
    for q in run.questions:
        found = [ratios(run, q, s) for s in aura]
        row = [f"{q.name} {q.what}"] + [cell(run, q, s) for s in setups]
        row += [spread(r, times) if r else "" for r in found]
        if has_targets:
            took = run.seconds.get((q.name, aura[0]))
            is_met = took and not is_refused(run, q, aura[0]) and statistics.median(took) * 1e3 <= q.target_ms
            row += [f"≤ {q.target_ms:g}", "met" if is_met else "missed"]
        rows.append(row)
    all_means = [means(run, s) for s in aura]
    rows.append(["geometric mean"] + [""] * len(setups) + [spread(m, times) if m else "" for m in all_means]
                + [""] * 2 * has_targets)
    head = [f"ms, {threads} thread{'s' * (threads > 1)}"] + [
        NAMES[s.engine] if s.rollups else "rollups off" for s in setups]
    head += ["best peer / Aura" if s.rollups else "the same, rollups off" for s in aura]
    return table(head + ["target", "verdict"] * has_targets, rows)


def lost(run, setup):
    """Questions that a peer answers sooner, the worst first."""
    found = [(statistics.median(r), q) for q in run.questions if (r := ratios(run, q, setup))]
    return sorted(((x, q) for x, q in found if x < 1), key=lambda pair: pair[0])


def generated(run):
    """What came of the generated questions."""
    setup = next(s for s in run.setups if s.engine == "aura")
    answered = [q for q in run.questions if ratios(run, q, setup)]
    slower = lost(run, setup)
    count = len(run.questions)
    mean = means(run, setup)
    lines = [f"Generated: {count} questions, {setup.threads} threads; {len(answered)} answered alike; "
             f"a peer is faster at {len(slower)}; geometric mean of best peer / Aura "
             f"{spread(mean, times) if mean else 'refused'}."]
    kinds = list(dict.fromkeys(q.what for q in run.questions))
    rows = []
    for kind in kinds:
        those = [q for q in run.questions if q.what == kind]
        mean = means(run, setup, those)
        rows.append([kind, len(those), sum(bool(ratios(run, q, setup)) for q in those),
                     spread(mean, times) if mean else "", sum(q.what == kind for _, q in slower)])
    lines.append(table(["generated", "asked", "alike", "best peer / Aura", "slower"], rows))
    if slower:
        lines.append("The worst:\n\n" + "\n".join(
            f"- {times(x)}: `{q.sql}`" for x, q in slower[:WORST]))
    return "\n\n".join(lines)


def reasons(run):
    """Why figures are refused."""
    named = {q.name: q for q in run.questions}
    found = [f"- {q}, {name(s)}: {why}." + (f" `{named[q].sql}`" if s.engine == "aura" else "")
             for about in (run.failures, run.differences) for (q, s), why in about.items()]
    return "\n".join(found[:50] + ([f"- and {len(found) - 50} more."] if len(found) > 50 else []))


def live(figures):
    """Q13, by engine."""
    def cells(f):
        if isinstance(f, str):
            return ["failed"] + [""] * 6
        pings = [f"{f[k]:.3g}" if k in f else "" for k in ("ping_ms_p50", "ping_ms_p99")]
        return [si(f["events_per_s"]), f["asked"]] + [
            f"{f['answer_ms_' + k]:.3g}" for k in ("p50", "p99", "max")] + pings
    head = ["Q13 counts by type while events come", "events/s", "asked", "ms p50", "p99", "max", "ping p50", "p99"]
    rows = [[f"{NAMES[name]}, {what}"] + cells(f)
            for key, f in figures.items() for name, _, what in [key.partition(", ")]]
    return table(head, rows) + "\n\nTarget: p50 ≤ 0.1, p99 ≤ 1 ms at 500 k/s."


def markdown(about, a, found):
    first = (f"{about['time']}, commit {about['commit']}: {about['cpu']}, {about['cores']} cores, "
             f"{about['memory_gb']} GB, Linux {about['kernel']}, load average {about['load_average'][0]}; "
             f"{about['duckdb']}, {about['clickhouse']}. {a.events:,} events, {a.rounds} rounds, "
             f"each the median of {a.times}.")
    parts = [first]
    if run := found.runs.get("questions"):
        parts += [of_threads(run, t, t == 2 and a.events == gen.EVENTS)
                  for t in sorted(a.threads, reverse=True)]
        parts.append("Resident MB of a process that answers each question once: " + ", ".join(
            f"{NAMES[e]} {mb:.0f}" for e, mb in found.memory_mb.items()) + "; the peers' with Python's.")
        parts.append(reasons(run))
    if run := found.runs.get("cold"):
        parts += ["Cold: a fresh process, no file of the store in memory, its first question.",
                  of_threads(run, run.setups[0].threads, False), reasons(run)]
    if found.live:
        parts.append(live(found.live))
    if run := found.runs.get("generated"):
        parts += [generated(run), reasons(run)]
    return "\n\n".join(p for p in parts if p) + "\n"


def write_json(path, about, a, found):
    def lines(run):
        return [{"question": q.name, "what": q.what, "sql": q.sql} | asdict(s) | {
            "seconds": run.seconds.get((q.name, s), []), "failure": run.failures.get((q.name, s)),
            "difference": run.differences.get((q.name, s))} for q in run.questions for s in run.setups]
    with open(path, "w") as f:
        json.dump({"machine": about, "options": vars(a), "memory_mb": found.memory_mb, "live": found.live,
                   "runs": {name: lines(run) for name, run in found.runs.items()}}, f, indent=1)
        f.write("\n")
