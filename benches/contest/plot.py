#!/usr/bin/env python3
"""Draws what is measured as an SVG: the cost of an answer against the number of rules, for every contender; or what
commands on live chats cost everything that keeps watches.

    cargo bench -p contest --bench contest -- --json contest.jsonl
    benches/contest/plot.py contest.jsonl > benches/contest.svg
    cargo bench -p contest --bench live -- --json live.jsonl
    benches/contest/plot.py --live live.jsonl > benches/live.svg

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


OURS = "LiveMonitor"

# Of those on live chats: what tables call it, colours, and a mark that tells it apart without them.
LIVE_STYLES = {
    "floor": ("#57606a", "#9aa4af", "M0 -7V7"),
    "by hand": ("#8250df", "#c297ff", "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z"),
    "differential-dataflow, 1,000 at once": ("#116329", "#56d364", "M0 -6L6 0L0 6L-6 0Z"),
    "differential-dataflow": ("#116329", "#56d364", "M-5 4L0 -6L5 4Z"),
    "SQLite in memory": ("#953800", "#ffa657", "M-4.5 -4.5H4.5V4.5H-4.5Z"),
}

# The rows of the picture of live chats.
COMMANDS = [
    "start a chat",
    "visitor learned",
    "transfer",
    "end a chat",
    "join",
    "recipients",
    "switch a rule on",
    "raise an associate",
    "the day",
]


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


def read_live(lines):
    """Ratios to this crate by number of rules, command and contender; and its own nanoseconds by rules and command."""
    ratios, own = {}, {}
    for line in lines:
        figures = json.loads(line)
        if figures["kind"] != "live" or figures["command"] not in COMMANDS:
            continue
        at = (figures["rules"], figures["command"])
        if figures["contender"] == OURS:
            own[at] = figures["ns"]
        elif figures["contender"] in LIVE_STYLES:
            ratios.setdefault(at, {})[figures["contender"]] = figures["ratio"]
    return ratios, own


def draw_live(ratios, own):
    """The SVG: a panel for each number of rules, a row for each command, and marks by how many times as long it takes."""
    if not own:
        sys.exit("no figures of live chats in the input")
    sizes = sorted({rules for rules, _ in own})
    columns = decades([ratio for of in ratios.values() for ratio in of.values()] + [1])
    left, top, row, gap = 142, 104, 42, 26
    panel = (WIDTH - left - 16 - gap * (len(sizes) - 1)) / len(sizes)
    bottom = top + row * len(COMMANDS)
    height = bottom + 52

    def x_of(ratio, start):
        part = math.log10(ratio / columns[0]) / math.log10(columns[-1] / columns[0])
        return start + part * panel

    styles = list(LIVE_STYLES)
    colours = [
        "".join(f".c{at}{{--c:{LIVE_STYLES[name][which]}}}" for at, name in enumerate(styles)) for which in (0, 1)
    ]
    told = [
        f"{command} with {rules:,} rules: {OURS} {own[rules, command]:,.0f} ns; "
        + ", ".join(f"{name} {ratio:.2g} times" for name, ratio in ratios.get((rules, command), {}).items())
        for rules, command in own
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t d">',
        f'<title id="t">CPU time of a command on live chats, to that of {OURS}</title>',
        '<desc id="d">' + escape("; ".join(told)) + "</desc>",
        "<style>"
        "svg{background:#fff;color:#1f2328;font:13px system-ui,-apple-system,'Segoe UI',sans-serif}"
        "text{fill:currentColor}.g{stroke:currentColor;stroke-opacity:.15}.o{stroke:#0550ae;stroke-width:2}"
        ".m{fill:var(--c);fill-opacity:.35;stroke:var(--c);stroke-width:2}.s{fill-opacity:.75;font-size:11px}"
        f"{colours[0]}@media(prefers-color-scheme:dark){{svg{{background:#0d1117;color:#e6edf3}}"
        f".o{{stroke:#79b8ff}}{colours[1]}}}"
        "</style>",
        f'<text x="16" y="24" font-size="16" font-weight="600">Live chats: CPU time of a command, to that of '
        f"{OURS}</text>",
        '<text class="s" x="16" y="42">logarithmic; medians; right of the line is slower than this crate, left of it '
        "quicker; its own time stands in each row</text>",
    ]
    x = 24
    for at, name in enumerate(styles):
        parts.append(f'<path class="m c{at}" transform="translate({x} 64)" d="{LIVE_STYLES[name][2]}"/>')
        parts.append(f'<text x="{x + 13}" y="68">{escape(name)}</text>')
        x += 44 + 7 * len(name)
    for at, command in enumerate(COMMANDS):
        weight = ' font-weight="600"' if command == "the day" else ""
        parts.append(f'<text x="16" y="{top + row * (at + 0.5) + 4:.1f}"{weight}>{escape(command)}</text>')
    for number, rules in enumerate(sizes):
        start = left + number * (panel + gap)
        parts.append(f'<text x="{start:.1f}" y="{top - 10}" font-weight="600">{rules:,} rules</text>')
        for ratio in columns:
            x = x_of(ratio, start)
            parts.append(f'<line class="{"o" if ratio == 1 else "g"}" x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}"/>')
            # Every second one: there is no room for all.
            if round(math.log10(ratio)) % 2 == 0:
                parts.append(f'<text class="s" x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{ratio:,g}</text>')
        for at, command in enumerate(COMMANDS):
            if (rules, command) not in own:
                continue
            y = top + row * (at + 0.5)
            parts.append(f'<line class="g" x1="{start:.1f}" y1="{y:.1f}" x2="{start + panel:.1f}" y2="{y:.1f}"/>')
            label = f"{own[rules, command] / 1000:.3g} µs"
            parts.append(f'<text class="s" x="{x_of(1, start) + 4:.1f}" y="{y - 11:.1f}">{label}</text>')
            for name, ratio in ratios.get((rules, command), {}).items():
                place = f"translate({x_of(ratio, start):.1f} {y:.1f})"
                parts.append(f'<path class="m c{styles.index(name)}" transform="{place}" d="{LIVE_STYLES[name][2]}"/>')
    middle = left + (WIDTH - left) / 2
    parts.append(f'<text x="{middle:.1f}" y="{bottom + 40}" text-anchor="middle">times the CPU time of {OURS}</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def main():
    match sys.argv[1:]:
        case ["--live", path]:
            with open(path, encoding="utf-8") as lines:
                sys.stdout.write(draw_live(*read_live(lines)))
        case [path]:
            with open(path, encoding="utf-8") as lines:
                sys.stdout.write(draw(read(lines)))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
