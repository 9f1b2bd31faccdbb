// The markup of an empty sheet: the sheet fills its parts and shows those that are in use.

export const FRAME = `
  <header class="gd-head">
    <div><b class="gd-rule" role="heading" aria-level="2"></b> <span class="gd-source"></span>
      <label class="gd-model" title="The function whose parameters are fitted to the points"></label></div>
    <div class="gd-actions">
      <button type="button" data-do="practise">Practise</button>
      <label class="gd-button gd-check" title="Read here: it does not leave this page">Check a sheet
        <input data-control="check" type="file" accept=".xlsx"></label>
      <button type="button" data-do="find"
        title="Try learning rates of all sizes by this rule, and take the best">Find a rate</button>
      <button type="button" data-do="add"
        title="Keep this run, as it is now, on the sheet compare">Add to compare</button>
      <button type="button" data-do="hint">Hint</button>
      <button type="button" data-do="other">New numbers</button>
      <button type="button" data-do="own"
        title="Practise on the first points of the sheet, with its inputs">Your points</button>
      <button type="button" data-do="leave">Back to the sheet</button>
      <button type="button" data-do="reset"
        title="Reset every input, point and epoch; Ctrl+Z takes it back">Reset</button>
      <button type="button" data-do="handout"
        title="Print one page: formulas, the first rows, rows to fill in">Handout</button>
      <button type="button" data-do="csv">Download .csv</button>
      <button type="button" data-do="export">Download .xlsx</button>
    </div>
  </header>
  <div class="gd-inputs"></div>
  <div class="gd-race"></div>
  <div class="gd-riddles" role="group" aria-label="riddles"></div>
  <div class="gd-data-tools">
    <label class="gd-button">Load a file <input data-control="file" type="file" accept=".csv,.xlsx"></label>
    <button type="button" data-do="remove">Remove this point</button>
    <span>Click a cell and type. Columns copied from a spreadsheet can be pasted.</span>
  </div>
  <form class="gd-choose" hidden></form>
  <div class="gd-steps-row"><div class="gd-player"></div>
    <button type="button" data-do="lens" aria-pressed="false"
      title="Work this row out step by step">Lens</button>
    <button type="button" data-do="present"
      title="One picture, or the lens, as large as the screen">Present</button></div>
  <div class="gd-bar"></div>
  <div class="gd-lens" hidden></div>
  <div role="status" class="gd-status"><div class="gd-exploded"></div><div class="gd-found" hidden></div><div class="gd-news"></div></div>
  <div class="gd-sections" role="group" aria-label="sections of columns" hidden></div>
  <div class="gd-body" role="tabpanel">
    <div class="gd-grid"></div>
    <div class="gd-report" role="region" aria-label="the marks" tabindex="0" hidden></div>
    <div class="gd-print"></div>
    <div class="gd-pictures" role="group" aria-label="pictures" tabindex="0"></div>
  </div>
  <div class="gd-messages">
    <div class="gd-work" hidden><span></span>
      <progress max="1"></progress> <button type="button" data-do="stop">Stop</button></div>
    <div class="gd-alert" role="alert" data-control="alert" hidden></div>
  </div>
  <div class="gd-tabs" role="tablist" aria-label="sheets"></div>
  <div class="gd-python"><label>in Python <input data-control="python" type="text"
      readonly></label>
    <button type="button" data-do="copy">Copy</button>
    <button type="button" data-do="film"
      title="The line of Python that writes this run as a film, row by row">Film</button></div>`;
