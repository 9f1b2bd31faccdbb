// The form of a riddle: a list of choices for each run, and the answers with their reasons.
import { element } from "./column_header.js";
import { QUESTIONS } from "./riddle.js";

/** The riddles in `container`; `ask` gets the event that poses or ends one. */
export function createRiddles(container, ask) {
  const pose = (question, seed) => ask({ kind: "riddle", question, seed });
  let shown = null;
  const button = (control, word, does) => {
    const one = element("button", { type: "button", "data-control": control }, word);
    one.addEventListener("click", does);
    return one;
  };

  function offer(questions) {
    container.replaceChildren("Riddles: ", ...questions.map(
      (question) => button(`riddle ${question}`, QUESTIONS[question], () => pose(question, 0)),
    ));
  }

  function build({ question, seed, runs, options }) {
    const answers = element("div", { class: "gd-answers", role: "status" });
    const selects = runs.map(({ label }) => {
      const select = element("select", { "data-control": "guess", "aria-label": label });
      for (const option of ["?", ...options]) select.append(element("option", {}, option));
      const line = element("label", {}, `${label} `);
      line.append(select);
      return line;
    });
    const reveal = () => {
      const list = element("ul");
      list.append(...runs.map(({ label, answer, reason }, k) => {
        const guess = selects[k].querySelector("select").value;
        const said = guess === "?" ? "" : guess === answer ? " ✓" : ` ✗ not ${guess}`;
        const line = element("li", {}, `: ${reason}.`);
        line.prepend(element("b", {}, `${label} is ${answer}${said}`));
        return line;
      }));
      answers.replaceChildren(list);
    };
    container.replaceChildren(
      element("b", {}, QUESTIONS[question]), ...selects,
      button("show answers", "Show the answers", reveal),
      button("another riddle", "Another riddle", () => pose(question, seed + 1)),
      button("end riddle", "Back to comparing", () => pose(null, 0)), answers,
    );
  }

  return {
    show({ riddle, questions }) {
      const now = JSON.stringify([riddle, questions]);
      if (now === shown) return;
      shown = now;
      if (riddle) build(riddle);
      else offer(questions);
    },
  };
}
