// A copy of the main picture beside the slider that is dragged, if the picture is out of sight.

const WIDEST = 340;
const SHAPE = 232 / 340;
const GAP = 6;
// It stays for a moment after the last change, so that a person can look at it.
const LINGER_MS = 1200;

/** Whether the midpoints of a picture's upper and lower edges are visible. */
function isInSight(picture) {
  if (!picture) return true;
  const { left, top, width, bottom } = picture.getBoundingClientRect();
  return [top + 2, bottom - 2].every((y) => {
    const hit = picture.getRootNode().elementFromPoint(left + width / 2, y);
    return hit !== null && picture.contains(hit);
  });
}

/** Watch the sliders in `root`; call `show()` after the `pictures` have been drawn. */
export function createPeek(root, pictures) {
  const panel = document.createElement("div");
  panel.className = "gd-peek";
  panel.hidden = true;
  panel.setAttribute("aria-hidden", "true");
  root.append(panel);
  const mainPicture = () => pictures.querySelector("svg[data-picture]");
  let field = null;
  let isNeeded = false;
  let timer = 0;

  const hide = () => {
    field = null;
    panel.hidden = true;
  };

  function moveToField() {
    const [own, box] = [root.getBoundingClientRect(), field.getBoundingClientRect()];
    const width = Math.min(WIDEST, own.width - 2 * GAP);
    const height = width * SHAPE;
    const below = box.bottom + GAP + height <= window.innerHeight;
    const top = below ? box.bottom + GAP : box.top - GAP - height;
    const left = Math.min(box.left, own.right - width - GAP);
    Object.assign(panel.style, {
      width: `${width}px`, height: `${height}px`, top: `${top - own.top - root.clientTop}px`,
      left: `${left - own.left - root.clientLeft}px`,
    });
  }

  root.addEventListener("input", (event) => {
    if (!event.target.matches(".gd-track")) return;
    // Check once per drag and before drawing, because the check makes the browser lay out the page.
    if (field !== event.target) isNeeded = !isInSight(mainPicture());
    field = event.target;
    clearTimeout(timer);
    timer = setTimeout(hide, LINGER_MS);
  }, true);

  return {
    show() {
      if (!field || !isNeeded) return;
      moveToField();
      panel.innerHTML = mainPicture().outerHTML;
      panel.hidden = false;
    },
  };
}
