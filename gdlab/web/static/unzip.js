// Reads the parts of a zip file from a stranger by its directory, and limits how much they inflate.
import {
  MOST_PART_BYTES, MOST_INFLATED_BYTES, MOST_ZIP_PARTS, DAMAGED, TOO_LARGE_INSIDE,
} from "./constants.js";
import { Refusal } from "./number_input.js";

const [END, ENTRY, LOCAL] = [0x06054b50, 0x02014b50, 0x04034b50];
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;
const [STORED, DEFLATED] = [0, 8];

/**
 * A reader of a zip file: `names` are its parts, `text(name)` promises the text of one. The size of
 * a part is counted while it is inflated: what the zip file says about it is not trusted.
 */
export function unzipped(bytes) {
  if (!bytes.byteLength) throw new Refusal("it is empty");
  const view = new DataView(bytes);
  const entries = inBounds(() => entriesOf(view));
  let left = MOST_INFLATED_BYTES;

  async function text(name) {
    const packed = inBounds(() => packedPart(view, entries.get(name)));
    const { method } = entries.get(name);
    const limit = Math.min(left, MOST_PART_BYTES);
    const content = method === STORED ? packed : await inflated(packed, limit);
    left -= content.byteLength;
    if (left < 0) throw new Refusal(TOO_LARGE_INSIDE);
    return decoded(content);
  }

  return { names: [...entries.keys()], text };
}

/** The result of `read()`; reading outside the file means that it is damaged. */
function inBounds(read) {
  try {
    return read();
  } catch (problem) {
    if (problem instanceof RangeError || problem instanceof TypeError) throw new Refusal(DAMAGED);
    throw problem;
  }
}

function entriesOf(view) {
  const first = Math.max(0, view.byteLength - END_BYTES - LONGEST_COMMENT);
  let end = view.byteLength - END_BYTES;
  while (end >= first && view.getUint32(end, true) !== END) end -= 1;
  if (end < first) throw new Refusal(DAMAGED);
  const count = view.getUint16(end + 10, true);
  if (count > MOST_ZIP_PARTS) throw new Refusal(`it has ${count} parts, more than ${MOST_ZIP_PARTS}`);
  const entries = new Map();
  let at = view.getUint32(end + 16, true);
  for (let k = 0; k < count; k += 1) {
    if (view.getUint32(at, true) !== ENTRY) throw new Refusal(DAMAGED);
    const [named, more, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, named));
    if (entries.has(name)) throw new Refusal("it is damaged: two of its parts have the same name");
    entries.set(name, {
      method: view.getUint16(at + 10, true),
      isLocked: Boolean(view.getUint16(at + 8, true) & 1),
      size: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    });
    at += 46 + named + more + comment;
  }
  return entries;
}

function packedPart(view, { method, isLocked, size, offset }) {
  if (isLocked || ![STORED, DEFLATED].includes(method) || view.getUint32(offset, true) !== LOCAL) {
    throw new Refusal(DAMAGED);
  }
  const begin = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  return new Uint8Array(view.buffer, begin, size);
}

async function inflated(packed, limit) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const pieces = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size > limit) throw new Refusal(TOO_LARGE_INSIDE);
      pieces.push(value);
    }
  } catch (problem) {
    if (problem instanceof Refusal) {
      await reader.cancel();
      throw problem;
    }
    throw new Refusal(DAMAGED);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

function decoded(content) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    throw new Refusal(DAMAGED);
  }
}
