// Objects made from lists of names.

/** An object with what `valueOf(name, index)` gives under each name. */
export const byName = (names, valueOf) => Object.fromEntries(
  names.map((name, index) => [name, valueOf(name, index)]),
);

/** Sheets with what computes them, their programs by name. */
export const withPrograms = (sheets, programOf) => byName(
  Object.keys(sheets), (name) => ({ ...sheets[name], program: programOf(name) }),
);
