"""The workload: 10 million product-analytics events of 30 days, made up and deterministic.

Every value comes from one seeded PCG64 stream: no wall clock, no OS randomness.
The rows are in *arrival* order; 1 % of them are late: their time is up to one hour older than
that of their neighbours.  Whatever number of rows is written, it is the first of the same 10 M.

    python gen.py --data DIR --rows 1000000          # DIR/events_1m.{parquet,ndjson}
"""
import argparse
import hashlib
import os

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 20240301
EVENTS = 10_000_000
# The first 1 M rows as NDJSON: their size, and the digest every comparison rests on.
DIGEST_ROWS, DIGEST_BYTES = 1_000_000, 240_997_512
DIGEST = "9f4c105aaa6924e32dfa48df503dc6e039752e15885ceeb6d86ac8ce71af67c0"
DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
DAYS = 30
# 2024-03-01T00:00:00Z, a Friday
T0_US = 1_709_251_200_000_000
N_USERS, N_PATIENTS, N_PROVIDERS = 200_000, 100_000, 2_000

# name, weight, group
TYPES = [
    ("user.created", 0.4, "user"), ("user.login", 14.0, "user"),
    ("user.logout", 9.0, "user"), ("user.profile_updated", 1.2, "user"),
    ("auth.failed", 1.6, "err"), ("user.signup", 0.4, "user"),
    ("patient.created", 0.3, "clin"), ("patient.updated", 2.5, "clin"),
    ("appointment.created", 3.0, "appt"), ("appointment.status_changed", 4.0, "appt"),
    ("appointment.cancelled", 0.6, "appt"), ("appointment.completed", 2.2, "appt"),
    ("assessment.completed", 1.8, "score"), ("risk_prediction.generated", 1.5, "score"),
    ("therapy_session.created", 1.2, "appt"), ("therapy_session.started", 1.0, "appt"),
    ("therapy_session.completed", 0.9, "appt"), ("therapy_session.cancelled", 0.2, "appt"),
    ("chatbot.interaction", 12.0, "chat"), ("message.sent", 16.0, "chat"),
    ("thread.created", 1.5, "chat"), ("video_call.started", 1.0, "call"),
    ("video_call.ended", 1.0, "call"), ("attachment.uploaded", 1.4, "chat"),
    ("notification.sent", 13.0, "sys"), ("api.error", 1.0, "err"),
    ("task.completed", 3.0, "sys"), ("report.generated", 0.6, "sys"),
    ("data.export", 0.2, "sys"), ("webhook.received", 3.0, "sys"),
    ("system.test", 0.5, "sys"),
]
TYPE_NAMES = [t[0] for t in TYPES]
STATUSES = ["ok", "pending", "scheduled", "confirmed", "failed", "timeout", "no_show", "denied"]
DEVICES, DEVICE_P = ["ios", "android", "web", "desktop", "tablet"], [.28, .22, .36, .10, .04]
BROWSERS, BROWSER_P = ["safari", "chrome", "firefox", "edge", "webview"], [.27, .46, .09, .10, .08]
REGIONS = ["us-east", "us-west", "us-central", "eu-west", "eu-north", "ap-south", "ap-east",
           "sa-east"]
REGION_P = [.26, .19, .14, .15, .07, .09, .06, .04]

HOUR_SHAPE = np.array([.25, .18, .14, .12, .13, .20, .42, .75, 1.15, 1.55, 1.75, 1.70,
                       1.45, 1.50, 1.65, 1.60, 1.45, 1.25, 1.10, 1.05, .95, .80, .60, .40])
DOW_SHAPE = np.array([1.15, 1.18, 1.14, 1.10, 1.00, .62, .50])  # Monday first


def _mix(x):
    """splitmix64 finaliser: a stable bijection used to scatter ids."""
    x = x.astype(np.uint64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _arrivals(rng, n):
    hours = np.arange(DAYS * 24)
    dow = (4 + hours // 24) % 7
    w = HOUR_SHAPE[hours % 24] * DOW_SHAPE[dow] * np.exp(rng.normal(0, .05, hours.size))
    # three injected anomalies, so that z-score queries find something
    w[24 * 9 + 3] *= 6.0
    w[24 * 17 + 14] *= .15
    w[24 * 27 + 20] *= 3.0
    cdf = np.concatenate([[0.0], np.cumsum(w) / w.sum()])
    u = np.sort(rng.random(n))
    h = np.interp(u, cdf, np.arange(DAYS * 24 + 1))
    return T0_US + np.minimum((h * HOUR_US).astype(np.int64), DAYS * DAY_US - 1)


def _nullable(values, valid, typ):
    return pa.array(values, type=typ, mask=~valid)


def _dict(codes, names, valid=None):
    idx = pa.array(codes.astype(np.int32), mask=None if valid is None else ~valid)
    return pa.DictionaryArray.from_arrays(idx, pa.array(names)).cast(pa.string())


def _zipf(rng, n, k, s):
    p = 1.0 / np.power(np.arange(1, k + 1), s)
    cdf = np.cumsum(p)
    return np.searchsorted(cdf, rng.random(n) * cdf[-1]).astype(np.int64)


def generate(n, seed=SEED):
    rng = np.random.Generator(np.random.PCG64(seed))
    ts = _arrivals(rng, n)
    late = rng.random(n) < .01
    ts = np.maximum(np.where(late, ts - (rng.random(n) * HOUR_US).astype(np.int64), ts), T0_US)

    w = np.array([t[1] for t in TYPES])
    tcode = np.searchsorted(np.cumsum(w) / w.sum(), rng.random(n)).clip(0, len(TYPES) - 1)
    groups = np.array([t[2] for t in TYPES])
    grp = groups[tcode]

    rank = np.minimum(_zipf(rng, n, N_USERS, 1.05), N_USERS - 1)
    user_rank_to_id = (np.random.Generator(np.random.PCG64(seed + 1)).permutation(N_USERS) + 1)
    user = user_rank_to_id[rank].astype(np.uint64)

    clin = np.isin(grp, ["clin", "appt", "score", "call"])
    has_patient = np.where(clin, rng.random(n) < .98, rng.random(n) < .25)
    # a patient is mostly tied to the user, so appointments form per-patient histories
    patient = (_mix(user + np.uint64(77)) % np.uint64(N_PATIENTS)).astype(np.int64) + 1
    swap = rng.random(n) < .3
    patient = np.where(swap, rng.integers(1, N_PATIENTS + 1, n), patient)
    has_provider = np.where(clin, rng.random(n) < .9, rng.random(n) < .05)
    provider = _zipf(rng, n, N_PROVIDERS, .8).clip(0, N_PROVIDERS - 1) + 1

    # session: one per user per ~30 minute slot; 16 bytes shown as a 36-char UUID
    slot = (ts // (HOUR_US // 2)).astype(np.uint64)
    hi = _mix(user * np.uint64(0x9E3779B97F4A7C15) + slot)
    lo = _mix(hi ^ np.uint64(0xD1B54A32D192ED03))

    is_err = grp == "err"
    st_valid = np.where(np.isin(grp, ["appt", "err", "call"]), True, rng.random(n) < .3)
    r = rng.random(n)
    st = np.where(r < .8, 0, np.where(r < .93, 1, 2))
    st = np.where(grp == "appt", (r * 8).astype(int) % 4 + (r > .97) * 3, st)
    st = np.where(is_err, np.where(r < .6, 4, np.where(r < .85, 5, 7)), st)

    dur_valid = np.isin(grp, ["chat", "call", "sys", "err"]) & (rng.random(n) < .9)
    mu = np.where(grp == "call", np.log(9e5), np.where(grp == "chat", np.log(180.), np.log(45.)))
    dur = np.round(np.exp(mu + rng.normal(0, .9, n)), 3)
    sc_valid = (grp == "score") | ((grp == "appt") & (rng.random(n) < .5))
    score = np.round(np.where(grp == "score", rng.beta(2, 5, n) * 100, rng.gamma(4, 30, n)), 2)

    net = _mix(user + np.uint64(0xABCDEF)) % np.uint64(40_000)
    net = np.where(rng.random(n) < .2, rng.integers(0, 40_000, n).astype(np.uint64), net)
    dev = np.searchsorted(np.cumsum(DEVICE_P), rng.random(n)).clip(0, 4)
    bro = np.searchsorted(np.cumsum(BROWSER_P), rng.random(n)).clip(0, 4)
    place = (_mix(user) % np.uint64(1 << 20)) / float(1 << 20)
    reg = np.searchsorted(np.cumsum(REGION_P), place).clip(0, 7)
    props = [f'{{"device":"{d}","browser":"{b}","region":"{g}"}}'
             for d in DEVICES for b in BROWSERS for g in REGIONS]
    pcode = (dev * 5 + bro) * 8 + reg
    nets = [f"{10 + i // 6400}.{i // 256 % 256}.{i % 256}.0/24" for i in range(40_000)]

    return {
        "ts": ts, "type": tcode, "user_id": user, "patient_id": (patient, has_patient),
        "provider_id": (provider, has_provider), "session": (hi, lo),
        "status": (st, st_valid), "duration_ms": (dur, dur_valid), "score": (score, sc_valid),
        "ip": net.astype(np.int64), "props": pcode, "_nets": nets, "_props": props,
    }


def _uuid_strings(hi, lo):
    """Vectorised 36-character lower-case hex UUIDs."""
    n = hi.size
    raw = np.empty((n, 16), np.uint8)
    raw[:, :8] = hi.astype(">u8").view(np.uint8).reshape(n, 8)
    raw[:, 8:] = lo.astype(">u8").view(np.uint8).reshape(n, 8)
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    hexd = np.empty((n, 32), np.uint8)
    hexd[:, 0::2], hexd[:, 1::2] = digits[raw >> 4], digits[raw & 15]
    out = np.full((n, 36), ord("-"), np.uint8)
    out[:, 0:8], out[:, 9:13], out[:, 14:18] = hexd[:, 0:8], hexd[:, 8:12], hexd[:, 12:16]
    out[:, 19:23], out[:, 24:36] = hexd[:, 16:20], hexd[:, 20:32]
    offs = (np.arange(n + 1, dtype=np.int64) * 36).astype(np.int32)
    buffers = [None, pa.py_buffer(offs), pa.py_buffer(out.tobytes())]
    return pa.Array.from_buffers(pa.string(), n, buffers)


def to_table(g):
    return pa.table({
        "ts": pa.array(g["ts"]),
        "type": _dict(g["type"], TYPE_NAMES),
        "user_id": pa.array(g["user_id"]),
        "patient_id": _nullable(g["patient_id"][0], g["patient_id"][1], pa.int64()),
        "provider_id": _nullable(g["provider_id"][0], g["provider_id"][1], pa.int64()),
        "session_id": _uuid_strings(*g["session"]),
        "status": _dict(g["status"][0], STATUSES, g["status"][1]),
        "duration_ms": _nullable(g["duration_ms"][0], g["duration_ms"][1], pa.float64()),
        "score": _nullable(g["score"][0], g["score"][1], pa.float64()),
        "ip": _dict(g["ip"], g["_nets"]),
        "properties": _dict(g["props"], g["_props"]),
    })


def write_ndjson(table, path, step=100_000):
    with open(path, "wb", buffering=1 << 20) as f:
        for b in table.to_batches(max_chunksize=step):
            cols = [c.to_pylist() for c in b.columns]
            names = b.schema.names[:-1]
            lines = []
            for row in zip(*cols):
                # properties is embedded verbatim as an object; nulls are left out
                head = orjson.dumps({k: v for k, v in zip(names, row) if v is not None})
                lines.append(head[:-1] + b',"properties":' + row[-1].encode() + b"}")
            f.write(b"\n".join(lines) + b"\n")


def first_rows(generated, rows):
    """The first rows of what `generate` returned."""
    def cut(v):
        return tuple(x[:rows] for x in v) if isinstance(v, tuple) else v[:rows]
    return {k: v if k.startswith("_") else cut(v) for k, v in generated.items()}


def digest(ndjson):
    """The SHA-256 of the first million rows of an NDJSON file."""
    with open(ndjson, "rb") as f:
        return hashlib.sha256(f.read(DIGEST_BYTES)).hexdigest()


def check(ndjson):
    """Prints the digest of a workload file; a wrong one ends the program."""
    found = digest(ndjson)
    print(f"workload {os.path.basename(ndjson)}: sha256 of the first {DIGEST_ROWS:,} rows {found}",
          flush=True)
    if found != DIGEST:
        raise SystemExit(f"{ndjson}: the digest should be {DIGEST}; figures measured with this "
                         "file could not be compared. Delete it to have it made again.")


def label(rows):
    return f"{rows // 1_000_000}m"


def write(data, rows):
    """Writes DATA/events_<label>.parquet and .ndjson; the latter appears when both are whole."""
    os.makedirs(data, exist_ok=True)
    stem = os.path.join(data, f"events_{label(rows)}")
    table = to_table(first_rows(generate(EVENTS), rows))
    pq.write_table(table, stem + ".parquet", compression="zstd", row_group_size=122_880)
    write_ndjson(table, stem + ".ndjson.part")
    os.replace(stem + ".ndjson.part", stem + ".ndjson")
    return stem + ".ndjson"


def main():
    ap = argparse.ArgumentParser(description="Writes the workload.")
    ap.add_argument("--data", required=True, help="folder for the files")
    ap.add_argument("--rows", type=int, default=DIGEST_ROWS,
                    help="a multiple of 1,000,000, at most 10,000,000")
    a = ap.parse_args()
    if a.rows % DIGEST_ROWS or not 0 < a.rows <= EVENTS:
        ap.error("--rows: a multiple of 1,000,000, at most 10,000,000")
    check(write(a.data, a.rows))


if __name__ == "__main__":
    main()
