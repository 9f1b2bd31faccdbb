// Which sheets the workbook of the screen has, and what each of them holds.
import { COMPARE } from "./comparing.js";
import { originOf } from "./further_runs.js";
import { DATA } from "./points.js";
import { adviceOf } from "./rates.js";
import { writeWorkbook } from "./workbook.js";

/**
 * The workbook of a host's `sheets`: `kept()` is what is set, `runs` are what follows from it. What it
 * is written from the page has or, in a notebook, `askPython(request, tell, signal)` has it learnt.
 */
export function createScreenWorkbook(page, sheets, kept, runs, askPython) {
  let template = null;

  return {
    learn(found) {
      template = found ?? template;
    },
    /** The work of writing the sheet that is shown or, of the points or a race, all sheets. */
    work() {
      const { tab, points, epochs, inputs, compared } = kept();
      const own = tab in page.sheets ? [tab] : Object.keys(page.sheets);
      const further = tab === COMPARE ? compared.filter((name) => !own.includes(name)) : [];
      const names = [...own, ...further];
      const origin = (name) => originOf(name, sheets);
      const hasGuests = further.some((name) => !own.includes(origin(name)));
      const book = hasGuests ? COMPARE : own.length === 1 ? own[0] : DATA;
      const run = async (tell, signal) => {
        // A rule that was registered since is in no template yet.
        if (askPython && !names.every((name) => template && origin(name) in template.sheets)) {
          await askPython({ what: "workbook" }, tell, signal);
        }
        template ??= page.workbook();
        const shown = Object.fromEntries(names.map((name) => [name, {
          sheet: sheets[name], head: sheets[name].head ?? template.heads[origin(name)],
          run: runs.runOf(name), first: runs.startRowOf(name), inputs: inputs[name],
          advice: adviceOf(runs.jobOf(name), runs.runOf(name)),
          given: { points, epochs, samples: runs.samplesOf(name) },
          origin: sheets[name].isFurther ? origin(name) : null,
        }]));
        const bytes = await writeWorkbook(template, book, shown, points, tell, signal);
        return { file: { name: `${tab}.xlsx`, bytes } };
      };
      return { said: `Writing ${tab}.xlsx`, run };
    },
  };
}
