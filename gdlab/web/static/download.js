// What a person takes from the sheet: a file, or a line of text.

/** Save bytes as a file, as a link to it would. */
export function saveFile(name, bytes) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Copy the text of a box. */
export async function copyFrom(box) {
  box.select();
  try {
    await navigator.clipboard.writeText(box.value);
  } catch {
    // Without the right to the clipboard the text stays selected, ready for Ctrl+C.
  }
}
