// Conventions other than the sheet's: a learner who keeps one throughout is right, as in
// gdlab/marking/equivalents.py. Python writes them into the page.
import { judgeTyped } from "./judge.js";

const columnAt = (place) => place.split(" ")[1];

/**
 * Whether the columns that show the convention are all right by it, as far as they are filled in.
 */
function isKept({ verdicts }, { shownBy, keptBy }) {
  const shown = [...verdicts].filter(([place, { written }]) => (
    written && (columnAt(place) === shownBy || keptBy.some((one) => columnAt(place).startsWith(one)))
  ));
  const columns = new Set(shown.map(([place]) => columnAt(place)));
  return columns.size > 1 && shown.every(([, { status }]) => status === "right");
}

/** The result of judgeTyped; by the learner's own convention, with a note, if one is kept. */
export function judgedAsMeant(sheet, program, given, truth, texts) {
  const judged = judgeTyped(sheet, program, given, truth, texts);
  const wrong = new Set(
    [...judged.verdicts].filter(([, { status }]) => status === "wrong").map(([one]) => columnAt(one)),
  );
  for (const convention of sheet.conventions) {
    if (!wrong.has(convention.shownBy)) continue;
    const { factors, note, shownBy } = convention;
    const other = judgeTyped(sheet, program, { ...given, factors }, truth, texts);
    if (isKept(other, convention)) return { ...other, note, shownBy };
  }
  return judged;
}
