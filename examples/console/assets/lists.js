// Lists that change while somebody uses them.

/** Makes the list's lines these, which have a `data-key`; what is the same stays, and the keyboard stays where it is. */
export function keepList(list, lines) {
  const active = list.contains(document.activeElement) ? document.activeElement.closest("[data-key]").dataset.key : null;
  lines.forEach((line, place) => {
    const old = list.children[place];
    if (!old) list.append(line);
    else if (!old.isEqualNode(line)) old.replaceWith(line);
  });
  while (list.children.length > lines.length) list.lastElementChild.remove();
  if (active && !list.contains(document.activeElement)) {
    list.querySelector(`[data-key="${CSS.escape(active)}"] button`)?.focus({ preventScroll: true });
  }
}
