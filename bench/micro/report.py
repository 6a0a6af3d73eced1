"""usage: report.py kernels|png RAW.json RESULT.json

Takes the best run of each benchmark from Google Benchmark's RAW.json, writes RESULT.json and prints a table.
"""
import json
import platform
import re
import sys


def best_runs(raw, clock):
    best = {}
    for run in raw["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        name = re.sub(r"(/process_time/real_time|/\d+)?(/repeats:\d+)?$", "", run["name"])
        if name not in best or run[clock] < best[name][clock]:
            best[name] = run
    return sorted(best.items(), key=lambda item: (item[0].rpartition("/")[0], item[1][clock]))


def kernel_rows(raw):
    return [{"name": name, "us": round(run["cpu_time"] / 1000, 1),
             "gb_per_s": round(run["bytes_per_second"] / 1e9, 1) if "bytes_per_second" in run else None}
            for name, run in best_runs(raw, "cpu_time")]


def png_rows(raw):
    return [{"name": name, "ms": round(run["real_time"], 1), "cpu_ms": round(run["cpu_time"], 1),
             "bytes": int(run["bytes"])}
            for name, run in best_runs(raw, "real_time")]


def machine(raw):
    return {"cpu": re.search(r"model name\s*: (.*)", open("/proc/cpuinfo").read()).group(1),
            "cores": raw["context"]["num_cpus"],
            "l2_bytes": max(c["size"] for c in raw["context"]["caches"] if c["level"] == 2),
            "system": platform.freedesktop_os_release()["PRETTY_NAME"],
            "load_average": raw["context"]["load_avg"][0]}


def main(work, raw_path, result_path):
    raw = json.load(open(raw_path))
    picture, rows = {"kernels": ("1920x1080 noise", kernel_rows),
                     "png": ("1920x1080, as named", png_rows)}[work]
    rows = rows(raw)
    with open(result_path, "w") as file:
        json.dump({"command": f"bench/micro/run.sh {work}", "date": raw["context"]["date"][:10],
                   "picture": picture, "machine": machine(raw), work: rows}, file, indent=1)
    columns = list(rows[0])
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    for row in rows:
        print("| " + " | ".join(str(row[c] if row[c] is not None else "") for c in columns) + " |")


if __name__ == "__main__":
    main(*sys.argv[1:])
