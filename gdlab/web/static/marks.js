// The marks of a practice sheet, as in gdlab/marking/report.py: a slip costs one cell, and cells
// that follow from it earn marks, unless nothing is right and every row has a slip of its own.
import { FEW_CELLS, ALL_THE_SAME, NOT_OWN_WORK } from "./constants.js";

const rowAt = (place) => place.split(" ")[0];
const isCopied = (place, copies) => copies.has(place.split(" ")[1]);

/** Whether a wrong cell repeats the slip of a cell above it in its column. */
export function isAgain(causes, place) {
  const { once, places = [] } = causes?.get(place) ?? {};
  return Boolean(once) && places.indexOf(place) > 0;
}

/**
 * The `score` from 0 to 1 of a result of `decided`, the number of `slips`, and `notes` about cells
 * that earn nothing. `causes` are the result of diagnose, by place, or null if the page has no
 * slips of this sheet; then `isLeast` says that several wrong cells of a column may be one slip.
 */
export function marksOf({ verdicts, copies }, causes) {
  const cells = [...verdicts];
  const of = (status) => cells.filter(([, verdict]) => verdict.status === status);
  const [right, wrong] = [of("right"), of("wrong")];
  const slips = wrong.filter(([place]) => !isAgain(causes, place));
  const slipRows = new Set(slips.map(([place]) => rowAt(place)));
  const valueOf = ({ number, text }) => number ?? text;
  const slipColumns = new Set(slips.map(([place]) => place.split(" ")[1]));
  // A single wrong column was computed in some unknown way: what follows from it is own work.
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
