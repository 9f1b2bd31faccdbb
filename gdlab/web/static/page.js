// Connects the sheet of a standalone page with a host in the page and with the address's fragment.
import { withPrograms } from "./by_name.js";
import { createHost } from "./host.js";
import { fitsLink, fragmentOf, wishesOf } from "./link.js";
import { createSession } from "./session.js";
import { createSheet } from "./sheet.js";
import { unpacked } from "./unpack.js";

// Browsers limit how often the address may change.
const REMEMBER_MS = 300;
const TOO_LONG = "The address has no room for so many points: a link to this page, or opening it "
  + "again, begins without them. Save them as .csv from sheet data.";

/**
 * A function from a model's name to its page. `programs` are by model and sheet. The first model's
 * data are in the page as they are; the others are unpacked when they are first needed.
 */
function pagesOf(page, programs) {
  let rest = null;
  const later = () => rest ??= JSON.parse(unpacked(document.getElementById("gdlab-rest").textContent));
  return (model) => {
    const programOf = (name) => programs[model][name];
    const isFirst = model === page.model;
    const own = isFirst ? page : { guests: {}, ...later().models[model] };
    return {
      ...page, ...own,
      sheets: withPrograms(own.sheets, programOf), guests: withPrograms(own.guests, programOf),
      workbook: () => later().workbooks[model],
      slipsOf: () => later().slips,
      get checked() { return isFirst ? withPrograms(later().checked, programOf) : {}; },
    };
  };
}

/** Build the page; Python calls this with the `programs` at the end of the module. */
function startPage(programs) {
  const page = JSON.parse(document.getElementById("gdlab-data").textContent);
  const pageOf = pagesOf(page, programs);
  const root = document.querySelector("main");
  let session = null;
  let selected = null;
  let timer = 0;
  let toldOf = null;

  const sheet = createSheet(root, (event, bytes) => session.ask(event, bytes), true);

  /** Write what was changed into the address once a drag has ended. */
  function remember() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const [kept, first] = [session.kept(), session.atFirst()];
      const { points } = kept;
      const fragment = fragmentOf(kept, first, sheet.hasLens(), selected);
      const plain = location.pathname + location.search;
      const address = fragment ? `#${fragment}` : plain;
      if (address !== (location.hash || plain)) history.replaceState(null, "", address);
      if (points !== first.points && points !== toldOf && !fitsLink(points)) {
        sheet.say(TOO_LONG);
        toldOf = points;
      }
    }, REMEMBER_MS);
  }

  /** Show what an address asks for, and say in one line which parts of it were ignored. */
  function open(address) {
    const hosts = {};
    session = createSession({
      names: () => Object.keys(programs), changed: remember,
      hostOf: (name) => hosts[name] ??= createHost(pageOf(name)),
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
  // Not location.href: a delayed change may have replaced the link in the address by now.
  addEventListener("hashchange", ({ newURL }) => open(newURL));
  open(location.href);
}
