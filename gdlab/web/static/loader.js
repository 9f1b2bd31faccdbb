// Unpacks what the page needs first, each part in its own element: the sheet's style, the data, and
// the module, which then runs.
async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed.textContent), (mark) => mark.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  packed.textContent = await new Response(stream).text();
}

const parts = ["style", "data", "module"].map((name) => document.getElementById(`gdlab-${name}`));
await Promise.all(parts.map(unpack));
const [style, , module] = parts;
const sheet = document.createElement("style");
sheet.textContent = style.textContent;
style.replaceWith(sheet);
// A script element runs only when it is inserted with its type, so a new one is made.
const script = document.createElement("script");
script.type = "module";
script.textContent = module.textContent;
module.replaceWith(script);
