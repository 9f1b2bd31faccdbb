// What a filled sheet earns, as gdlab/marking/report.py counts it: a slip counts once, and what
// follows from it counts; but not where nothing is right and every row has a slip of its own.
import { FEW_CELLS, ALL_THE_SAME, NOT_OWN_WORK } from "./constants.js";

const rowAt = (place) => place.split(" ")[0];
const isCopied = (place, copies) => copies.has(place.split(" ")[1]);

/**
 * The `score` from 0 to 1 of what `decided` says, how many `slips` there are, and `notes` that say
 * where cells count nothing; `causes` by place are what diagnose says of wrong cells. `isLeast`: a
 * column has several wrong cells without a cause; Python, which knows more, may find one slip there.
 */
export function marksOf({ verdicts, copies }, causes) {
  const cells = [...verdicts];
  const of = (status) => cells.filter(([, verdict]) => verdict.status === status);
  const isAgain = (place) => {
    const { once, places = [] } = causes.get(place) ?? {};
    return Boolean(once) && places.indexOf(place) > 0;
  };
  const [right, wrong] = [of("right"), of("wrong")];
  const slips = wrong.filter(([place]) => !isAgain(place));
  const slipRows = new Set(slips.map(([place]) => rowAt(place)));
  const isOwnWork = slips.length <= 1
    || slipRows.size < new Set(cells.map(([place]) => rowAt(place))).size
    || right.some(([place]) => !isCopied(place, copies));
  const written = cells.filter(([, one]) => one.written)
    .map(([, one]) => one.written.number ?? one.written.text);
  const counts = written.length < FEW_CELLS || new Set(written).size > 1;
  const carried = isOwnWork ? of("follows").length + wrong.length - slips.length : 0;
  const isOpen = slips.filter(([place]) => !causes.get(place)?.slip)
    .map(([place]) => place.split(" ")[1]);
  return {
    slips: slips.length,
    isLeast: counts && new Set(isOpen).size < isOpen.length,
    score: counts && cells.length ? (right.length + carried) / cells.length : 0,
    notes: [...(isOwnWork ? [] : [NOT_OWN_WORK]), ...(counts ? [] : [ALL_THE_SAME])],
  };
}
