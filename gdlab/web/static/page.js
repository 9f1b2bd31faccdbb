// Ties the sheet to a page that stands by itself: a host in the page, and the address's fragment.
import { createHost } from "./host.js";
import { fitsLink, fragmentOf, wishesOf } from "./link.js";
import { withPractice } from "./practice.js";
import { createSheet } from "./sheet.js";

// Browsers allow only so many changes of the address in a time.
const REMEMBER_MS = 300;
const TOO_LONG = "The address has no room for so many points: a link to this page, or opening it "
  + "anew, begins without them. Save them as .csv from sheet data.";

function bytesOf(id) {
  const text = document.getElementById(id).textContent;
  return Uint8Array.from(atob(text), (mark) => mark.charCodeAt(0));
}

/** The data that Python packed into the page. */
function unpacked(id) {
  const packed = new Blob([bytesOf(id)]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream("deflate"))).json();
}

/** Build the page: `programs` by sheet are what Python wrote behind this module. */
async function startPage(programs) {
  const page = await unpacked("gdlab-data");
  page.workbook.bytes = () => bytesOf("gdlab-workbook");
  const root = document.querySelector("main");
  const newHost = () => withPractice(createHost(page, programs), page, programs);
  let host = newHost();
  let selected = null;
  let timer = 0;
  let toldOf = null;

  const sheet = createSheet(root, (event, bytes) => {
    sheet.answer(...host.ask(event, bytes));
    remember();
  });

  root.querySelector("input[type=file]").accept = ".csv";
  // The workbook was made with the page; it does not know what was changed since.
  const save = root.querySelector("[data-do=export]");
  save.textContent = page.workbook.said;
  save.insertAdjacentHTML("beforebegin", '<button type="button" data-do="csv">save .csv</button> ');

  /** Keep in the address what was changed, when a drag has come to rest. */
  function remember() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const changes = host.changes();
      const fragment = fragmentOf(changes, selected);
      const plain = location.pathname + location.search;
      const address = fragment ? `#${fragment}` : plain;
      if (address !== (location.hash || plain)) history.replaceState(null, "", address);
      if (changes.points && changes.points !== toldOf && !fitsLink(changes.points)) {
        sheet.say(TOO_LONG);
        toldOf = changes.points;
      }
    }, REMEMBER_MS);
  }

  /** Show what the address asks for; what it cannot have is told in one line. */
  function open() {
    host = newHost();
    const { events, selected: wanted } = wishesOf(location.hash);
    const refused = [];
    for (const { event, said } of events) {
      const [{ error }] = host.ask(event);
      if (error) refused.push(`${said} (${error})`);
    }
    const [state, buffers] = host.ask({ kind: "show" });
    sheet.answer(state, buffers);
    if (wanted && !sheet.goTo(wanted.row, wanted.name)) {
      const column = wanted.name === null ? "" : `&column=${wanted.name}`;
      refused.push(`row=${wanted.row}${column} (this sheet has no such cell)`);
    }
    if (refused.length) sheet.say(`Of the link, this was left out: ${refused.join("; ")}.`);
  }

  root.addEventListener("gd-select", ({ detail }) => {
    selected = detail;
    remember();
  });
  addEventListener("hashchange", open);
  open();
}
