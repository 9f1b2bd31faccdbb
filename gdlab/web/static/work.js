// Shows the progress of work that takes a while, with a button that stops it.

/** The bar in `container`; calls `end(answer)`, with null if it was stopped, or `fail(problem)`. */
export function createWork(container, { end, fail }) {
  const bar = container.querySelector("progress");
  let working = null;

  async function start({ said, run }) {
    working?.abort();
    const own = new AbortController();
    working = own;
    container.querySelector("span").textContent = `${said} …`;
    bar.removeAttribute("value");
    container.hidden = false;
    let given = null;
    try {
      given = await run((share) => { bar.value = share; }, own.signal);
    } catch (problem) {
      if (!own.signal.aborted) fail(problem);
    }
    if (working !== own) return;
    working = null;
    container.hidden = true;
    end(own.signal.aborted ? null : given);
  }

  return { start, stop: () => working?.abort(), isOn: () => Boolean(working) };
}
