// Ties the sheet to a page that stands by itself: a host in the page, and the address's fragment.
import { withHistory } from "./history.js";
import { createHost } from "./host.js";
import { fitsLink, fragmentOf, wishesOf } from "./link.js";
import { withModels } from "./models.js";
import { withPractice } from "./practice.js";
import { createSheet } from "./sheet.js";

// Browsers allow only so many changes of the address in a time.
const REMEMBER_MS = 300;
const TOO_LONG = "The address has no room for so many points: a link to this page, or opening it "
  + "again, begins without them. Save them as .csv from sheet data.";

/** Sheets whose columns and inputs are again where Python wrote `parts` that many of them share. */
const withParts = (sheets, parts) => Object.fromEntries(
  Object.entries(sheets).map(([name, { head, ...sheet }]) => {
    const [columns, inputs] = [head.columns, head.inputs].map((all) => all.map((at) => parts[at]));
    return [name, { ...sheet, head: { ...head, columns, inputs } }];
  }),
);

/** Each model's own page from the data that Python packed. */
function pagesOf({ parts, models, checked, ...page }) {
  const first = { ...page, checked: withParts(checked, parts) };
  // What only the first model has: the others' workbooks and slips would be many times the page.
  const others = { guests: {}, checked: {}, slips: {}, workbook: null };
  return Object.fromEntries(Object.entries(models).map(([name, own]) => {
    const whole = name === page.model ? first : { ...page, ...others, ...own };
    return [name, { ...whole, sheets: withParts(whole.sheets, parts) }];
  }));
}

/** Build the page: `programs` by model and sheet are what Python wrote behind this module. */
function startPage(programs) {
  const pages = pagesOf(JSON.parse(document.getElementById("gdlab-data").textContent));
  const root = document.querySelector("main");
  let host = null;
  let selected = null;
  let timer = 0;
  let toldOf = null;

  const sheet = createSheet(root, (event, bytes) => {
    remember();
    return host.ask(event, bytes);
  }, true);
  root.querySelector(".gd-data-tools input").accept = ".csv";

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

  /** Show what an address asks for; what it cannot have is told in one line. */
  function open(address) {
    clearTimeout(timer);
    const plain = withModels(() => Object.keys(pages), (name) => (
      withPractice(createHost(pages[name], programs[name]), pages[name], programs[name])
    ));
    const { events, selected: wanted } = wishesOf(new URL(address).hash);
    const refused = [];
    for (const { event, said } of events) {
      const { error } = plain.ask(event);
      if (error) refused.push(`${said} (${error})`);
    }
    host = withHistory(plain);
    sheet.answer(host.ask({ kind: "show" }));
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
