// Further runs of a compared rule: adam_2, adam_3, each with its own inputs.

const NUMBERED = /^(.+)_([2-9]|[1-9]\d{1,3})$/;

/** The sheet that a compared run belongs to: adam for adam and adam_2; null if there is none. */
export function originOf(name, sheets) {
  if (Object.hasOwn(sheets, name) && !sheets[name].isFurther) return name;
  const [, origin] = NUMBERED.exec(name) ?? [];
  return origin !== undefined && Object.hasOwn(sheets, origin) ? origin : null;
}

/** The first free name for a further run: it is not in `names` and no sheet has it. */
export function nextName(origin, names, sheets) {
  const isFree = (name) => !names.includes(name) && originOf(name, sheets) === origin;
  let number = 2;
  while (!isFree(`${origin}_${number}`)) number++;
  return `${origin}_${number}`;
}

/** The names of runs without duplicates, in the order of the sheets, then by number. */
export function inOrder(names, sheets) {
  const order = Object.keys(sheets);
  const placeOf = (name) => order.indexOf(originOf(name, sheets));
  // The length comes first so that adam_2 is before adam_10.
  return [...new Set(names)].sort(
    (a, b) => placeOf(a) - placeOf(b) || a.length - b.length || (a < b ? -1 : 1),
  );
}

/** Add further runs to the sheets: each is its origin under another name. */
export function provide(names, sheets) {
  for (const name of names) {
    const origin = originOf(name, sheets);
    if (name !== origin) sheets[name] = { ...sheets[origin], isFurther: true };
  }
}
