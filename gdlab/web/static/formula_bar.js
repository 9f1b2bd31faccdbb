// The formula bar: how the selected cell is computed, in symbols, in numbers and in Excel.
import { full } from "./numbers.js";
import { addressOf, excelOf, numbersOf, valueOf } from "./state.js";

/** The lines about a cell; a cell that a learner fills in gets only its hint. */
function linesOf(state, name, row) {
  const { formula } = state.columns.get(name);
  const address = addressOf(state, name, row);
  if (state.blanks?.[name]?.includes(row)) {
    const hint = state.judged[`${row} ${name}`]?.hint ?? "";
    return { address, formula, numbers: hint, excel: "" };
  }
  const value = valueOf(state, name, row);
  const put = numbersOf(state, name, row);
  const result = value === undefined ? "" : full(value);
  const numbers = put ? `${put} = ${result}` : result;
  return { address, formula, numbers, excel: excelOf(state, name, row) };
}

/** The bar in `container`; `show` fills its lines. */
export function createFormulaBar(container) {
  container.setAttribute("role", "region");
  container.setAttribute("aria-label", "formula bar");
  container.innerHTML = `
    <div class="gd-name-box" title="the cell in the workbook"></div>
    <div class="gd-lines">
      <div class="gd-word">symbols</div>
      <div class="gd-symbols" role="group" aria-label="formula in symbols" tabindex="0"></div>
      <div class="gd-word">numbers</div><div class="gd-numbers"></div>
      <div class="gd-word">Excel</div><div class="gd-excel"></div>
    </div>`;
  const part = (name) => container.querySelector(`.gd-${name}`);
  let typeset = null;
  return {
    show(state, name, row) {
      const { address, formula, numbers, excel } = linesOf(state, name, row);
      part("name-box").textContent = address;
      // A drag changes only numbers: leave the typeset line alone.
      if (typeset !== formula) part("symbols").innerHTML = typeset = formula;
      part("numbers").textContent = numbers;
      part("excel").textContent = excel;
    },
  };
}
