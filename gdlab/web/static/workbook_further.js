// Adds copies of rules' sheets for further runs to a workbook, with their charts and notes, and
// removes the sheets that are not wanted.
import { escaped } from "./numbers.js";

const relsOf = (path) => path.replace(/([^/]+)$/, "_rels/$1.rels");

/** A path relative to another part: ../charts/chart1.xml seen from xl/drawings/drawing1.xml. */
function resolved(from, target) {
  const parts = from.split("/").slice(0, -1);
  for (const word of target.split("/")) {
    if (word === "..") parts.pop();
    else parts.push(word);
  }
  return parts.join("/");
}

/** The path of a new part of the same kind, with the first free number. */
function freePath(path, texts) {
  const [, head, end] = path.match(/^(.*?)\d+(\.\w+)$/);
  let number = 1;
  while (`${head}${number}${end}` in texts) number++;
  return `${head}${number}${end}`;
}

/**
 * The `texts` and `sheetNames` of a workbook, both by path, with a further sheet for each
 * `[name, origin]`.
 */
export function withFurther(texts, sheetNames, further) {
  const all = { ...texts };
  const sheets = { ...sheetNames };
  for (const [name, origin] of further) {
    const path = Object.keys(sheetNames).find((one) => sheetNames[one] === origin);
    const renamed = (text) => text.replaceAll(`>${origin}!`, `>${name}!`)
      .replaceAll(`>'${origin}'!`, `>${name}!`).replaceAll(`,${origin}!`, `,${name}!`);
    const copied = copyOf(path, all, renamed);
    all[copied] = all[copied].replace(' tabSelected="1"', "");
    sheets[copied] = name;
    const [index, originIndex] = [copied, path].map((one) => Object.keys(sheets).indexOf(one));
    enlist(all, copied, name, index, originIndex, renamed);
  }
  return { texts: all, sheetNames: sheets };
}

/** Copy a part and the parts that it refers to; returns the path of the copy. */
function copyOf(path, all, renamed) {
  const copied = freePath(path, all);
  all[copied] = renamed(all[path]);
  const override = all["[Content_Types].xml"].match(
    new RegExp(`<Override PartName="/${path.replaceAll(".", "\\.")}"[^>]*/>`),
  );
  if (override) {
    const own = override[0].replace(path, copied);
    all["[Content_Types].xml"] = all["[Content_Types].xml"].replace("</Types>", `${own}</Types>`);
  }
  const rels = all[relsOf(path)];
  if (rels) {
    all[relsOf(copied)] = rels.replace(/ Target="([^"#]+)"/g, (whole, target) => {
      const part = resolved(path, target);
      if (!(part in all)) return whole;
      return ` Target="${target.replace(/[^/]+$/, copyOf(part, all, renamed).match(/[^/]+$/)[0])}"`;
    });
  }
  return copied;
}

/** Add a sheet to the workbook's lists, with copies of the names that its origin defines. */
function enlist(all, path, name, index, originIndex, renamed) {
  const id = `rIdFurther${index}`;
  const rels = "xl/_rels/workbook.xml.rels";
  const [, type] = all[rels].match(/Type="([^"]*\/worksheet)"/);
  all[rels] = all[rels].replace("</Relationships>",
    `<Relationship Id="${id}" Type="${type}" Target="${path.slice(3)}"/></Relationships>`);
  const book = all["xl/workbook.xml"];
  const own = [...book.matchAll(/<definedName [^>]*localSheetId="(\d+)"[^>]*>.*?<\/definedName>/g)]
    .filter(([, at]) => Number(at) === originIndex)
    .map(([one]) => renamed(one).replace(/localSheetId="\d+"/, `localSheetId="${index}"`));
  const sheetId = Math.max(...Array.from(book.matchAll(/sheetId="(\d+)"/g), ([, one]) => Number(one))) + 1;
  all["xl/workbook.xml"] = book
    .replace("</sheets>", `<sheet name="${escaped(name)}" sheetId="${sheetId}" r:id="${id}"/></sheets>`)
    .replace("</definedNames>", `${own.join("")}</definedNames>`);
}

/** The `texts` and `sheetNames` of a workbook, both by path, with only the wanted sheets. */
export function withOnly(texts, sheetNames, isWanted) {
  const all = { ...texts };
  const left = {};
  const indices = new Map();
  Object.entries(sheetNames).forEach(([path, name], index) => {
    if (!isWanted(name)) return leaveOut(path, all);
    indices.set(index, indices.size);
    left[path] = name;
  });
  all["xl/workbook.xml"] = all["xl/workbook.xml"].replace(
    /<definedName ([^>]*)localSheetId="(\d+)"([^>]*>.*?<\/definedName>)/g,
    (_, before, index, after) => (indices.has(Number(index))
      ? `<definedName ${before}localSheetId="${indices.get(Number(index))}"${after}` : ""),
  );
  return { texts: all, sheetNames: left };
}

/** Remove a sheet from a workbook, and the parts that it refers to. */
function leaveOut(path, all) {
  const rels = "xl/_rels/workbook.xml.rels";
  const [relationship, id] = all[rels].match(new RegExp(
    `<Relationship Id="(\\w+)"[^>]*Target="${path.slice(3).replaceAll(".", "\\.")}"/>`,
  ));
  all[rels] = all[rels].replace(relationship, "");
  all["xl/workbook.xml"] = all["xl/workbook.xml"].replace(new RegExp(`<sheet [^>]*r:id="${id}"/>`), "");
  removePart(path, all);
}

function removePart(path, all) {
  const rels = all[relsOf(path)] ?? "";
  for (const [, target] of rels.matchAll(/ Target="([^"#]+)"/g)) {
    const part = resolved(path, target);
    if (part in all) removePart(part, all);
  }
  delete all[path];
  delete all[relsOf(path)];
  all["[Content_Types].xml"] = all["[Content_Types].xml"].replace(
    new RegExp(`<Override PartName="/${path.replaceAll(".", "\\.")}"[^>]*/>`), "",
  );
}
