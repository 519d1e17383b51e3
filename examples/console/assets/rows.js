// A long list of rows of one height, of which only those near the screen are in the page. Each is known by its id: it is
// changed in place, and keeps the keyboard's focus wherever it moves.

const NEAR = 8;

/**
 * `port` is what scrolls around `place`; `make(id)` makes a row, `show(row, id)` says what it shows now; `press(key, id)`
 * is told of other keys. `head` is the height of what stays above the rows.
 */
export function rowsIn(place, port, { make, show, press }) {
  const made = new Map();
  let order = [];
  let index = new Map();
  let current = null;

  // The smallest height of the place is that of a row, in whatever unit the style has it.
  const height = () => parseFloat(getComputedStyle(place).minHeight);
  const grid = place.closest("[role=grid]");
  const inner = () => getComputedStyle(port).overflowY === "auto";
  const scroller = () => (inner() ? port : document.scrollingElement);
  const above = () => grid.querySelector("[role=row]").offsetHeight;

  /** From which pixel of the rows to which one sees. */
  function seen() {
    const top = place.getBoundingClientRect().top;
    const frame = inner() ? port.getBoundingClientRect() : { top: 0, bottom: innerHeight };
    return { from: frame.top + above() - top, to: frame.bottom - top };
  }

  function render() {
    if (!place.offsetParent && order.length > 0) return;
    const [row, { from, to }] = [height(), seen()];
    const first = Math.max(0, Math.floor(from / row) - NEAR);
    const wanted = order.slice(first, Math.max(first, Math.ceil(to / row) + NEAR));
    // The row that the keyboard is on stays, wherever one has scrolled to.
    if (current !== null && !wanted.includes(current)) {
      if (index.get(current) < first) wanted.unshift(current);
      else wanted.push(current);
    }
    place.style.height = `${order.length * row}px`;
    grid.setAttribute("aria-rowcount", String(order.length + 1));
    const kept = new Set(wanted);
    for (const [id, gone] of made) {
      if (!kept.has(id)) {
        gone.remove();
        made.delete(id);
      }
    }
    const reached = current ?? order[0];
    for (const id of wanted) {
      if (!made.has(id)) made.set(id, make(id));
      const one = made.get(id);
      show(one, id);
      one.setAttribute("aria-rowindex", String(index.get(id) + 2));
      one.style.transform = `translateY(${index.get(id) * row}px)`;
      one.tabIndex = id === reached ? 0 : -1;
    }
    arrange(wanted.map((id) => made.get(id)));
  }

  /** Puts the rows into their order, around the one that has the focus: that one would lose it by being moved. */
  function arrange(rows) {
    if (rows.every((row, n) => row === place.children[n])) return;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    rows.slice(0, Math.max(at, 0)).forEach((row) => place.insertBefore(row, rows[at]));
    place.append(...rows.slice(at + 1));
  }

  /** Another order. What one reads stays where it is on the screen, but at the top, where new things come. */
  function set(next) {
    const row = height();
    const { from, to } = seen();
    const read = from > 0 ? order.slice(Math.floor(from / row), Math.ceil(to / row)) : [];
    const was = index;
    const focused = place.contains(document.activeElement);
    index = new Map(next.map((id, n) => [id, n]));
    order = next;
    if (current !== null && !index.has(current)) current = order[Math.min(was.get(current) ?? 0, order.length - 1)] ?? null;
    const moved = read.filter((id) => index.has(id)).map((id) => index.get(id) - was.get(id)).sort((a, b) => a - b);
    place.style.height = `${order.length * row}px`;
    const by = moved[Math.floor(moved.length / 2)];
    if (by) scroller().scrollTop += by * row;
    render();
    if (focused && !place.contains(document.activeElement)) made.get(current)?.focus({ preventScroll: true });
  }

  /** Puts a row on the screen. */
  function reveal(id) {
    if (!index.has(id)) return;
    const [row, { from, to }] = [height(), seen()];
    const top = index.get(id) * row;
    if (top < from) scroller().scrollTop += top - from;
    else if (top + row > to) scroller().scrollTop += top + row - to;
    render();
  }

  /** Puts the keyboard on a row. */
  function focus(id) {
    if (!index.has(id)) return;
    current = id;
    render();
    made.get(id)?.focus({ preventScroll: true });
  }

  place.addEventListener("focusin", (event) => {
    const id = event.target.closest("[role=row]")?.dataset.chat;
    if (id && id !== current) {
      current = id;
      render();
    }
  });
  place.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !index.has(current)) return;
    const [at, { from, to }] = [index.get(current), seen()];
    const page = Math.max(1, Math.floor((to - from) / height()) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -at, End: order.length };
    if (event.key in steps) {
      const next = order[Math.min(Math.max(at + steps[event.key], 0), order.length - 1)];
      reveal(next);
      focus(next);
    } else if (!press(event.key, current)) return;
    event.preventDefault();
  });
  addEventListener("scroll", render, { capture: true, passive: true });
  addEventListener("resize", render);

  return {
    set,
    focus,
    reveal,
    at: (n) => order[n],
    indexOf: (id) => index.get(id) ?? -1,
    /** Which row is uppermost; below 0 where all of them are seen. Rows may be of another height when it is gone to. */
    uppermost: () => seen().from / height(),
    goTo(row) {
      if (row > 0) scroller().scrollTop += row * height() - seen().from;
      else scroller().scrollTop = 0;
      render();
    },
  };
}
