// Conventions that are not the sheet's, but are kept throughout and end right, as
// gdlab/marking/equivalents.py has them. Python writes them into the page.
import { judgeTyped } from "./judge.js";

const columnAt = (place) => place.split(" ")[1];

/** Whether all that is filled in of the columns that show it is right by the convention. */
function isKept({ verdicts }, { shownBy, keptBy }) {
  const shown = [...verdicts].filter(([place, { written }]) => (
    written && (columnAt(place) === shownBy || keptBy.some((one) => columnAt(place).startsWith(one)))
  ));
  const columns = new Set(shown.map(([place]) => columnAt(place)));
  return columns.size > 1 && shown.every(([, { status }]) => status === "right");
}

/** What judgeTyped says by the learner's own convention where one is kept, with a note that says so. */
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
