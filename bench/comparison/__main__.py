"""usage: see bench/compare.sh"""

import argparse
import datetime
import json
import pathlib
import sys
import tempfile

from comparison import report
from comparison.machine import SOURCE, machine, say, versions
from comparison.rows import ROWS, Context, evaluate


def options():
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(prog="bench/compare.sh", description="rustcam-cli beside other tools, in turn.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="of " + ", ".join(names) + "; default: all")
    parser.add_argument("--rounds", type=int, default=7, help="how often each does the work (7)")
    parser.add_argument("--seconds", type=float, help="of each recording (5; record-vfr 60)")
    parser.add_argument("--results", type=pathlib.Path, default=SOURCE / "docs" / "results")
    parser.add_argument("--list", action="store_true", help="list the rows")
    given = parser.parse_args()
    for name in given.rows:
        if name not in names:
            parser.error(f"there is no row {name}; there are {', '.join(names)}")
    return given


def main():
    given = options()
    rows = [row for row in ROWS if not given.rows or row.name in given.rows]
    if given.list:
        print("\n".join(f"{row.name:15} {row.title}" for row in ROWS))
        return 0
    given.results.mkdir(parents=True, exist_ok=True)
    failed = 0
    for row in rows:
        if given.seconds:
            row.seconds = given.seconds
        say(f"{row.name}: {row.title}")
        conditions = machine()
        try:
            with tempfile.TemporaryDirectory(prefix="rustcam-compare-") as folder:
                results = row.measure(row, Context(given.rounds, folder, say))
        except (RuntimeError, AssertionError, OSError) as error:
            say(f"  {row.name} could not be measured: {error}")
            failed = 1
            continue
        document = {"date": datetime.date.today().isoformat(), "rounds": given.rounds, "machine": conditions,
                    "versions": versions(), **evaluate(row, results)}
        path = given.results / f"compare-{row.name}.json"
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for c in document["comparisons"]:
            against = f" against {c['rival']}" if c["rival"] else ""
            say(f"  {row.title}{against}: {report.number(c['value'], 3)}{'' if c['unit'] == 'x' else ' ' + c['unit']} "
                f"(required {c['required']}, {c['verdict']}, {c['left_out']} left out)")
    every = report.read(given.results)
    (given.results / "compare.svg").write_text(report.chart(every), encoding="utf-8")
    page = SOURCE / "docs" / "benchmarks.md" if given.results == SOURCE / "docs" / "results" else given.results / "compare.md"
    report.put_into(page, "comparison", f"{report.conditions(every)}\n{report.table(every)}")
    print(report.table(every), end="")
    return failed


if __name__ == "__main__":
    sys.exit(main())
