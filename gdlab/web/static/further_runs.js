// Further runs of a rule that is compared: adam_2, adam_3, each with inputs of its own.

const NUMBERED = /^(.+)_([2-9]|[1-9]\d{1,3})$/;

/** The sheet that a compared run is of: its own name, or adam of adam_2; null for none. */
export function originOf(name, sheets) {
  if (Object.hasOwn(sheets, name) && !sheets[name].isFurther) return name;
  const [, origin] = NUMBERED.exec(name) ?? [];
  return origin !== undefined && Object.hasOwn(sheets, origin) ? origin : null;
}

/** The first name for a further run of a sheet that is not in `names`, and no sheet's. */
export function nextName(origin, names, sheets) {
  const isFree = (name) => !names.includes(name) && originOf(name, sheets) === origin;
  let number = 2;
  while (!isFree(`${origin}_${number}`)) number++;
  return `${origin}_${number}`;
}

/** The names of sheets and further runs in one order: as the sheets come, then by number. */
export function inOrder(names, sheets) {
  const order = Object.keys(sheets);
  const placeOf = (name) => order.indexOf(originOf(name, sheets));
  // adam, adam_2, adam_10.
  return [...new Set(names)].sort(
    (a, b) => placeOf(a) - placeOf(b) || a.length - b.length || (a < b ? -1 : 1),
  );
}

/** Make further runs computable: each is its origin under another name. */
export function provide(names, sheets) {
  for (const name of names) {
    const origin = originOf(name, sheets);
    if (name !== origin) sheets[name] = { ...sheets[origin], isFurther: true };
  }
}
