// What a filled sheet earns, as gdlab/marking/report.py counts it: a slip counts once, and what
// follows from it counts; but not where nothing is right and every row has a slip of its own.
import { FEW_CELLS, ALL_THE_SAME, NOT_OWN_WORK } from "./constants.js";

const rowAt = (place) => place.split(" ")[0];
const isCopied = (place, copies) => copies.has(place.split(" ")[1]);

/** Whether a wrong cell has the slip of a cell above it in its column once more. */
export function isAgain(causes, place) {
  const { once, places = [] } = causes?.get(place) ?? {};
  return Boolean(once) && places.indexOf(place) > 0;
}

/**
 * The `score` from 0 to 1 of what `decided` says, how many `slips` there are, and `notes` that say
 * where cells count nothing; `causes` by place are what diagnose says of wrong cells, null where the
 * page has no slips of the sheet. `isLeast`: several wrong cells of a column may then be one slip.
 */
export function marksOf({ verdicts, copies }, causes) {
  const cells = [...verdicts];
  const of = (status) => cells.filter(([, verdict]) => verdict.status === status);
  const [right, wrong] = [of("right"), of("wrong")];
  const slips = wrong.filter(([place]) => !isAgain(causes, place));
  const slipRows = new Set(slips.map(([place]) => rowAt(place)));
  const valueOf = ({ number, text }) => number ?? text;
  const slipColumns = new Set(slips.map(([place]) => place.split(" ")[1]));
  // One column wrong all through was computed in a way that nobody foresaw: what follows is work.
  const isOneColumn = slipColumns.size === 1
    && new Set(slips.map(([, one]) => valueOf(one.written))).size > 1;
  const isOwnWork = slips.length <= 1 || isOneColumn
    || slipRows.size < new Set(cells.map(([place]) => rowAt(place))).size
    || right.some(([place]) => !isCopied(place, copies));
  const written = cells.filter(([, one]) => one.written)
    .map(([, one]) => valueOf(one.written));
  const counts = written.length < FEW_CELLS || new Set(written).size > 1;
  const carried = isOwnWork ? of("follows").length + wrong.length - slips.length : 0;
  const isLeast = counts && !causes && slipColumns.size < slips.length;
  return {
    slips: slips.length,
    isLeast,
    counts,
    score: counts && cells.length ? (right.length + carried) / cells.length : 0,
    notes: counts ? isOwnWork ? [] : [NOT_OWN_WORK] : [ALL_THE_SAME],
  };
}
