// Where a key leads in the grid.

/** How far a key goes down and to the right, `page` rows a page; null for any other key. */
export function moveOf({ key, altKey, ctrlKey, metaKey }, page) {
  const far = ctrlKey || metaKey;
  const step = far ? Infinity : 1;
  const moves = {
    ArrowUp: { down: -step, right: 0 }, ArrowDown: { down: step, right: 0 },
    ArrowLeft: { down: 0, right: -step }, ArrowRight: { down: 0, right: step },
    PageUp: { down: -page, right: 0 }, PageDown: { down: page, right: 0 },
    Home: { down: far ? -Infinity : 0, right: -Infinity },
    End: { down: far ? Infinity : 0, right: Infinity },
  };
  return altKey ? null : moves[key] ?? null;
}
