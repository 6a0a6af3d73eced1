"""The comparison as a table and as a chart."""

import datetime
import html
import json
import pathlib

from comparison.machine import SOURCE, versions


def number(value, digits=2):
    return "" if value is None else f"{value:.{digits}f}"


def read(folder):
    from comparison.rows import ROWS
    order = [row.name for row in ROWS]
    found = [json.loads(path.read_text(encoding="utf-8")) for path in pathlib.Path(folder).glob("compare-*.json")]
    return sorted(found, key=lambda each: order.index(each["row"]))


def _amount(result, contestant, of):
    value = result["contestants"][contestant]["median"].get(of)
    if value is None:
        return ""
    if of.endswith("_us"):
        return f"{value:.0f} µs"
    if of == "growth":
        return f"{value:.2f}"
    return f"{value * 1000:.0f} ms" if of == "wall_s" else f"{value:.2f} s"


def _missed(result, contestant):
    return number(result["contestants"][contestant]["median"].get("missed_pct"))


def _memory(result, contestant):
    value = result["contestants"][contestant]["median"].get("peak_rss_bytes")
    return "" if value is None else f"{value / 1e6:.0f}"


def _goal(c):
    if c["required"] is None:
        return ""
    return f"{c['required']:.2f}" if c["unit"] == "x" else f"{c['required']} {c['unit']}"


def table(results):
    """Markdown."""
    lines = ["| work | against | ours | theirs | ratio | goal | | missed, ours % | theirs % | memory, ours MB | theirs MB |",
             "|---|---|--:|--:|--:|--:|---|--:|--:|--:|--:|"]
    for result in results:
        for c in result["comparisons"]:
            rival = c["rival"]
            value = number(c["value"]) if c["unit"] == "x" else ""
            if "size_ratio" in c:
                value += f" (size {c['size_ratio']:.2f})"
            cells = [result["title"], rival or "", _amount(result, "rustcam-cli", c["of"]),
                     _amount(result, rival, c["of"]) if rival else "", value, _goal(c), c["verdict"],
                     _missed(result, "rustcam-cli"), _missed(result, rival) if rival else "",
                     _memory(result, "rustcam-cli"), _memory(result, rival) if rival else ""]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def conditions(results):
    """A paragraph on when and where."""
    if not results:
        return ""
    last = max(results, key=lambda each: each["date"])
    machine = last["machine"]
    counts = sorted({each["rounds"] for each in results})
    rounds = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    loads = [each["machine"]["load_average"] for each in results]
    versions = ", ".join(last["versions"].values())
    return (f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}, Linux {machine['kernel']}; {versions}; "
            f"{rounds} rounds; load average before the rows "
            f"{min(loads):.1f} to {max(loads):.1f}; {last['date']}.\n")


def put_into(path, section, text):
    """Replaces what stands between the marks of a section of a page; if there are none they are added at its end."""
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    if begin not in page:
        page += f"{begin}\n{end}\n"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")


def write_lines(folder, section, command, where, lines, text, more_versions=None):
    """A measurement's lines to FOLDER/SECTION.json, and its table to the page; what a person reads of it is returned.
    `more_versions`: of the programs that only this measurement runs."""
    today = datetime.date.today().isoformat()
    (folder / f"{section}.json").write_text(json.dumps(
        {"command": command, "date": today, "machine": where, "versions": {**versions(), **(more_versions or {})},
         "lines": lines}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = (f"{where['cpu']}, {where['cores']} cores, {where['system']}; load average before {where['load_average']:.1f}; "
            f"{today}.\n\n{text}")
    page = SOURCE / "docs" / "benchmarks.md" if folder == SOURCE / "docs" / "results" else folder / f"{section}.md"
    put_into(page, section, text)
    return text


def chart(results):
    """Bars of the ratios, with what is required as a mark; SVG."""
    rows = [(result["title"], c) for result in results for c in result["comparisons"]
            if c["unit"] == "x" and c["value"] is not None]
    width, left, right, step = 640, 24, 560, 46
    scale = (right - left) / max([1.25, *(c["value"] for _, c in rows)])
    height = 84 + step * len(rows)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
           'role="img" font-family="system-ui, sans-serif" font-size="13" fill="#1f2328">',
           "<title>rustcam-cli beside other tools</title>", f'<rect width="{width}" height="{height}" fill="#fff"/>',
           f'<text x="{left}" y="28" font-size="18" font-weight="bold">Cost beside other tools</text>',
           f'<text x="{left}" y="48" fill="#6a7280">ours / theirs, medians of pairs; shorter is better; the mark is the goal</text>']
    one = left + scale
    out.append(f'<line x1="{one:.1f}" y1="60" x2="{one:.1f}" y2="{height - 12}" stroke="#d5d9df" stroke-dasharray="4 3"/>')
    y = 62
    for title, c in rows:
        color = {"not reached": "#d9483b", "compared": "#7d8ea8"}.get(c["verdict"], "#2c9a5b")
        length = max(c["value"] * scale, 1)
        out.append(f'<text x="{left}" y="{y + 14}">{html.escape(title)}, against {html.escape(c["rival"])}</text>')
        out.append(f'<rect x="{left}" y="{y + 20}" width="{length:.1f}" height="14" fill="{color}"/>')
        if c["required"] is not None:
            goal = left + c["required"] * scale
            out.append(f'<rect x="{goal - 1:.1f}" y="{y + 17}" width="3" height="20" fill="#1f2328"/>')
        out.append(f'<text x="{max(left + length, left + (c["required"] or 0) * scale) + 8:.1f}" y="{y + 32}" '
                   f'font-weight="bold">{c["value"]:.2f}</text>')
        y += step
    return "\n".join([*out, "</svg>"]) + "\n"
