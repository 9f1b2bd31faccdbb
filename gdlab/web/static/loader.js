// Unpacks what is needed at once, each in its element: the data, and then the module, which begins
// to run.
async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed.textContent), (mark) => mark.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  packed.textContent = await new Response(stream).text();
}

const [data, module] = ["gdlab-data", "gdlab-module"].map((id) => document.getElementById(id));
await Promise.all([data, module].map(unpack));
// A script runs once, when it comes into the page as what it is.
const script = document.createElement("script");
script.type = "module";
script.textContent = module.textContent;
module.replaceWith(script);
