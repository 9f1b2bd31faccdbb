// Names the precedents of the selected cell that are out of sight, at the edge where they lie.
import { element } from "./column_header.js";

/** The edges of a grid in `container`. */
export function createGridEdges(container) {
  const edges = ["left", "right"].map((side) => (
    element("div", { class: `gd-edge gd-edge-${side}`, hidden: "" })
  ));
  container.append(...edges);

  /** Name those of the `cells` that lie outside the rows and columns from `first` to `last`. */
  return function showEdges(cells, first, last, isShown) {
    const hidden = [[], []];
    for (const { row, column, name } of cells) {
      const inSight = isShown(column);
      if (inSight && row >= first.row && row <= last.row) continue;
      const isLeft = column < first.column || (inSight && row < first.row);
      hidden[isLeft ? 0 : 1].push(name);
    }
    const [left, right] = hidden.map((names) => names.join(", "));
    edges[0].textContent = left && `◂ ${left}`;
    edges[1].textContent = right && `${right} ▸`;
    for (const edge of edges) edge.hidden = !edge.textContent;
  };
}
