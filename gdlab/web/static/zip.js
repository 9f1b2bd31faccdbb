// Writes a zip file with the browser's own compression.

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function checksum(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ CRC[(value ^ byte) & 255];
  return (value ^ 0xffffffff) >>> 0;
}

async function packed(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Little-endian numbers from pairs of size in bytes and value. */
function fields(...pairs) {
  const bytes = [];
  for (const [size, value] of pairs) {
    for (let k = 0; k < size; k++) bytes.push((value / 2 ** (8 * k)) & 255);
  }
  return Uint8Array.from(bytes);
}

// A fixed date gives the same bytes for the same input; 33 is the first day of 1980.
const DATE = [[2, 0], [2, 33]];

/**
 * The bytes of a zip file with `files`, a list of `[name, bytes]`; `tell(share)` gets the progress.
 */
export async function zipped(files, tell = () => {}) {
  const parts = [];
  const entries = [];
  let offset = 0;
  for (const [k, [name, bytes]] of files.entries()) {
    const label = new TextEncoder().encode(name);
    const content = await packed(bytes);
    const common = [
      [2, 20], [2, 0], [2, 8], ...DATE, [4, checksum(bytes)], [4, content.length],
      [4, bytes.length], [2, label.length], [2, 0],
    ];
    const local = [fields([4, 0x04034b50], ...common), label, content];
    const where = [[2, 0], [2, 0], [2, 0], [4, 0], [4, offset]];
    entries.push(fields([4, 0x02014b50], [2, 20], ...common, ...where), label);
    parts.push(...local);
    offset += local.reduce((sum, { length }) => sum + length, 0);
    tell((k + 1) / files.length);
  }
  const size = entries.reduce((sum, { length }) => sum + length, 0);
  const end = fields(
    [4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, offset],
    [2, 0],
  );
  return new Uint8Array(await new Blob([...parts, ...entries, end]).arrayBuffer());
}
