// Files and text that a person takes away from the sheet.
import { full } from "./numbers.js";

/** Download bytes as a file. */
export function saveFile(name, bytes) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Copy the text of an input element to the clipboard. */
export async function copyFrom(box) {
  box.select();
  try {
    await navigator.clipboard.writeText(box.value);
  } catch {
    // Without permission for the clipboard the text stays selected, ready for Ctrl+C.
  }
}

/** The sheet in a state as the text of a .csv file, every number in full. */
export function csvOf({ head, table, points }) {
  const names = head.columns?.map(({ name }) => name) ?? Object.keys(points);
  const rows = table ? table.length / names.length : 0;
  const columns = table
    ? names.map((_, index) => table.subarray(index * rows, (index + 1) * rows))
    : Object.values(points);
  const lines = Array.from(columns[0], (_, row) => columns.map((cells) => full(cells[row])).join());
  return `${[names.join(), ...lines].join("\n")}\n`;
}
