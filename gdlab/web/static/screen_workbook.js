// The workbook of what is on the screen: which sheets it has, and their contents.
import { byName } from "./by_name.js";
import { COMPARE } from "./comparing.js";
import { originOf } from "./further_runs.js";
import { DATA } from "./points.js";
import { adviceOf } from "./rates.js";
import { writeWorkbook } from "./workbook.js";

/**
 * The work of writing the sheet that is shown, or all sheets from the points and compare. `kept` is
 * what a host keeps, `sheets` and `runs` are its own.
 */
export function screenWorkbook(page, sheets, kept, runs) {
  const { tab, points, epochs, inputs, compared } = kept;
  const own = tab in page.sheets ? [tab] : Object.keys(page.sheets);
  const further = tab === COMPARE ? compared.filter((name) => !own.includes(name)) : [];
  const names = [...own, ...further];
  const origin = (name) => originOf(name, sheets);
  const hasGuests = further.some((name) => !own.includes(origin(name)));
  const book = hasGuests ? COMPARE : own.length === 1 ? own[0] : DATA;
  async function run(tell, signal) {
    const template = await page.workbook(names.map(origin), tell, signal);
    const shown = byName(names, (name) => ({
      sheet: sheets[name], head: sheets[name].head ?? template.heads[origin(name)],
      run: runs.runOf(name), first: runs.startRowOf(name), inputs: inputs[name],
      advice: adviceOf(runs.jobOf(name), runs.runOf(name)),
      given: { points, epochs, samples: runs.samplesOf(name) },
      origin: sheets[name].isFurther ? origin(name) : null,
    }));
    const bytes = await writeWorkbook(template, book, shown, points, tell, signal);
    return { file: { name: `${tab}.xlsx`, bytes } };
  }
  return { said: `Writing ${tab}.xlsx`, run };
}
