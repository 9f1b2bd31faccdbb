// What takes a while: its progress in sight, and a button that stops it.

/** The bar in `place`; `end(answer)` hears what came out, null where nothing did; `fail(problem)`. */
export function createWork(place, { end, fail }) {
  const bar = place.querySelector("progress");
  let working = null;

  async function start({ said, run }) {
    working?.abort();
    const own = new AbortController();
    working = own;
    place.querySelector("span").textContent = `${said} …`;
    bar.removeAttribute("value");
    place.hidden = false;
    let given = null;
    try {
      given = await run((share) => { bar.value = share; }, own.signal);
    } catch (problem) {
      if (!own.signal.aborted) fail(problem);
    }
    if (working !== own) return;
    working = null;
    place.hidden = true;
    end(own.signal.aborted ? null : given);
  }

  return { start, stop: () => working?.abort(), isOn: () => Boolean(working) };
}
