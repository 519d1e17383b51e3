#!/usr/bin/env python3
"""Draws the cost of an answer against the number of rules, for every contender, as an SVG.

    cargo bench -p contest --bench contest -- --json contest.jsonl
    benches/contest/plot.py contest.jsonl > benches/contest.svg

Of several figures of one contender for one number of rules, the last counts. Needs Python 3 and nothing else.
"""

import json
import math
import sys
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 960, 600
LEFT, RIGHT, TOP, BOTTOM = 84, 236, 56, 60

FLOOR = "floor"

# Name, colour on a light background, on a dark one, dashes. Told apart without colours too: every line ends at its name.
STYLES = {
    FLOOR: ("#57606a", "#9aa4af", "6 4"),
    "chat-monitor, one call": ("#0550ae", "#79b8ff", ""),
    "chat-monitor, rules named": ("#0550ae", "#79b8ff", "2 3"),
    "hash maps, foldhash": ("#8250df", "#c297ff", ""),
    "hash maps, SipHash": ("#8250df", "#c297ff", "2 3"),
    "linear scan": ("#953800", "#ffa657", ""),
    "a-tree": ("#116329", "#56d364", ""),
    "quamina": ("#7d4e00", "#e3b341", ""),
    "wirefilter-engine": ("#bf3989", "#ff9bce", ""),
    "cedar-policy": ("#cf222e", "#ff7b72", ""),
}


def read(lines):
    """Nanoseconds by contender and number of rules."""
    costs, floors = {}, {}
    for line in lines:
        figures = json.loads(line)
        if figures["kind"] != "race" or figures["world"] != "usual" or figures["contender"] not in STYLES:
            continue
        costs.setdefault(figures["contender"], {})[figures["rules"]] = figures["ns"]
        if figures["contender"] == "chat-monitor, one call":
            floors[figures["rules"]] = figures["floor_ns"]
    return {FLOOR: floors, **costs}


def amount(value, units):
    """A power of ten with its unit."""
    for factor, unit in units:
        if value >= factor:
            return f"{value / factor:g}{unit}"
    return f"{value:g}"


def decades(values):
    """The powers of ten around some values."""
    low = math.floor(math.log10(min(values)))
    high = math.ceil(math.log10(max(values)))
    return [10**power for power in range(low, max(high, low + 1) + 1)]


def spread(wanted, gap, low, high):
    """Places near the wanted ones, from low to high, with a gap between any two."""
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    places, last = {}, low - gap
    for at in order:
        last = places[at] = max(wanted[at], last + gap)
    limit = high + gap
    for at in reversed(order):
        limit = places[at] = min(places[at], limit - gap)
    return [places[at] for at in range(len(wanted))]


def draw(costs):
    """The SVG."""
    costs = {name: sorted(points.items()) for name, points in costs.items() if points}
    if not costs:
        sys.exit("no figures of the usual world in the input")
    columns = decades([rules for points in costs.values() for rules, _ in points])
    rows = decades([ns for points in costs.values() for _, ns in points])
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def place(value, ends, low, high):
        part = (math.log10(value) - math.log10(ends[0])) / (math.log10(ends[-1]) - math.log10(ends[0]))
        return low + part * (high - low)

    def x_of(rules):
        return place(rules, columns, LEFT, right)

    def y_of(ns):
        return place(ns, rows, bottom, TOP)

    styles = list(STYLES)
    light = "".join(f".c{styles.index(name)}{{--c:{STYLES[name][0]}}}" for name in costs)
    dark = "".join(f".c{styles.index(name)}{{--c:{STYLES[name][1]}}}" for name in costs)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">',
        '<title id="t">The cost of an answer against the number of rules</title>',
        '<desc id="d">' + escape("; ".join(describe(name, points) for name, points in costs.items())) + "</desc>",
        "<style>"
        "svg{--b:#fff;background:var(--b);color:#1f2328;font:13px system-ui,-apple-system,'Segoe UI',sans-serif}"
        "text{fill:currentColor}.g{stroke:currentColor;stroke-opacity:.15}.l{fill:none;stroke:var(--c);stroke-width:2}"
        ".h{paint-order:stroke;stroke:var(--b);stroke-width:4px}.p{fill:var(--c)}.n{fill:var(--c);font-weight:600}.t{stroke:var(--c);stroke-opacity:.5}.m{fill-opacity:.75}"
        f"{light}@media(prefers-color-scheme:dark){{svg{{--b:#0d1117;color:#e6edf3}}{dark}}}"
        "</style>",
        f'<text x="{LEFT}" y="24" font-size="16" font-weight="600">Who may watch this chat? CPU time of an answer</text>',
        f'<text class="m" x="{LEFT}" y="42">both scales logarithmic; medians</text>',
    ]
    for rules in columns:
        x = x_of(rules)
        label = amount(rules, [(1_000_000, " million"), (1_000, ",000")])
        parts.append(f'<line class="g" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{label}</text>')
    for ns in rows:
        y = y_of(ns)
        label = amount(ns, [(1e9, " s"), (1e6, " ms"), (1e3, " µs"), (1, " ns")])
        parts.append(f'<line class="g" x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    middle = (LEFT + right) / 2
    parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - 14}" text-anchor="middle">rules</text>')

    # Who got to the right has the name there, the others where they ended.
    last = max(points[-1][0] for points in costs.values())
    through = [name for name, points in costs.items() if points[-1][0] == last]
    places = spread([y_of(costs[name][-1][1]) for name in through], 17, TOP, bottom)
    places = dict(zip(through, places))
    for name, points in costs.items():
        style = f"c{styles.index(name)}"
        dashes = STYLES[name][2] and f' stroke-dasharray="{STYLES[name][2]}"'
        line = " ".join(f"{x_of(rules):.1f},{y_of(ns):.1f}" for rules, ns in points)
        parts.append(f'<g class="{style}"><polyline class="l" points="{line}"{dashes}/>')
        parts += [f'<circle class="p" cx="{x_of(rules):.1f}" cy="{y_of(ns):.1f}" r="3.5"/>' for rules, ns in points]
        x, y = x_of(points[-1][0]), y_of(points[-1][1])
        if name in places:
            lead = x + 22
            parts.append(f'<line class="t" x1="{x + 5:.1f}" y1="{y:.1f}" x2="{lead - 4:.1f}" y2="{places[name]:.1f}"/>')
            parts.append(f'<text class="n" x="{lead:.1f}" y="{places[name] + 4:.1f}">{escape(name)}</text></g>')
        else:
            parts.append(f'<text class="n h" x="{x + 8:.1f}" y="{y - 6:.1f}">{escape(name)}</text></g>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def describe(name, points):
    return f"{name}: " + ", ".join(f"{ns:,.0f} ns at {rules:,} rules" for rules, ns in points)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as lines:
        sys.stdout.write(draw(read(lines)))


if __name__ == "__main__":
    main()
