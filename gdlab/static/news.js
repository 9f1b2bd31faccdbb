// What a screen reader is told of an answer that shows elsewhere than where a person is.

const MOST_TOLD = 3;

/** The cells of a practice sheet whose mark or hint is new, as a line of text. */
export function newsOf(state, before) {
  const told = [];
  for (const [place, { status, hint }] of Object.entries(state.judged ?? {})) {
    const old = before?.judged?.[place];
    if (old?.status === status && old.hint === hint) continue;
    const [row, name] = place.split(" ");
    told.push(`${name}, row ${row}: ${hint}`);
  }
  return told.slice(0, MOST_TOLD).join("; ");
}
