// Ties the sheet to a page that stands by itself: a host in the page, and the address's fragment.
import { createHost } from "./host.js";
import { fitsLink, fragmentOf, wishesOf } from "./link.js";
import { createSession } from "./session.js";
import { createSheet } from "./sheet.js";
import { unpacked } from "./unpack.js";

// Browsers allow only so many changes of the address in a time.
const REMEMBER_MS = 300;
const TOO_LONG = "The address has no room for so many points: a link to this page, or opening it "
  + "again, begins without them. Save them as .csv from sheet data.";

/** The page of each model by a function of its name; of the first alone all is there at once. */
function pagesOf(page) {
  let rest = null;
  const later = () => rest ??= JSON.parse(unpacked(document.getElementById("gdlab-rest").textContent));
  const workbook = (name) => () => later().workbooks[name];
  const first = {
    ...page, workbook: workbook(page.model),
    get slips() { return later().slips; },
    get checked() { return later().checked; },
  };
  const others = { guests: {}, checked: {} };
  return (name) => (name === page.model ? first : {
    ...page, ...others, ...later().models[name], workbook: workbook(name), slips: later().slips,
  });
}

/** Build the page: `programs` by model and sheet are what Python wrote behind this module. */
function startPage(programs) {
  const pageOf = pagesOf(JSON.parse(document.getElementById("gdlab-data").textContent));
  const root = document.querySelector("main");
  let session = null;
  let selected = null;
  let timer = 0;
  let toldOf = null;

  const sheet = createSheet(root, (event, bytes) => session.ask(event, bytes), true);
  root.querySelector(".gd-data-tools input").accept = ".csv";

  /** Keep in the address what was changed, when a drag has come to rest. */
  function remember() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const changes = session.changes();
      const fragment = fragmentOf(changes, sheet.hasLens(), selected);
      const plain = location.pathname + location.search;
      const address = fragment ? `#${fragment}` : plain;
      if (address !== (location.hash || plain)) history.replaceState(null, "", address);
      if (changes.points && changes.points !== toldOf && !fitsLink(changes.points)) {
        sheet.say(TOO_LONG);
        toldOf = changes.points;
      }
    }, REMEMBER_MS);
  }

  /** Show what an address asks for; what it cannot have is told in one line. */
  function open(address) {
    session = createSession({
      names: () => Object.keys(programs), changed: remember,
      make: (name) => createHost(pageOf(name), programs[name]),
    });
    const { events, hasLens, selected: wanted } = wishesOf(new URL(address).hash);
    sheet.setLens(hasLens);
    const refused = [];
    for (const { event, said } of events) {
      const { error } = session.ask(event);
      if (error) refused.push(`${said} (${error})`);
    }
    session.begin();
    sheet.answer(session.ask({ kind: "show" }));
    if (wanted && !sheet.goTo(wanted.row, wanted.name)) {
      const column = wanted.name === null ? "" : `&column=${wanted.name}`;
      refused.push(`row=${wanted.row}${column} (this sheet has no such cell)`);
    }
    if (refused.length) sheet.say(`These parts of the link were ignored: ${refused.join("; ")}.`);
  }

  root.addEventListener("gd-select", ({ detail }) => {
    selected = detail;
    remember();
  });
  // By now a change that was waiting to be remembered may have taken the link's place.
  addEventListener("hashchange", ({ newURL }) => open(newURL));
  open(location.href);
}
