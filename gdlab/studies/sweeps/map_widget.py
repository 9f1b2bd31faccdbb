"""A sweep's map in a notebook: a click on a cell opens that run's sheet below it."""

from collections.abc import Sequence
from typing import Any

import anywidget
import ipywidgets
import traitlets

from gdlab.notebook.pictures import png
from gdlab.notebook.widget import sheet
from gdlab.studies.sweeps.maps import Map, Swept

# A sheet of more rows than a person reads would only make the page slow.
OPENED_ROWS = 10_000
SCRIPT = """
function render({ model, el }) {
  const image = document.createElement("img");
  image.src = URL.createObjectURL(new Blob([model.get("picture")], { type: "image/png" }));
  image.alt = model.get("words");
  image.title = "Click on a cell to open that run's sheet";
  image.style.cursor = "crosshair";
  image.style.maxWidth = "100%";
  image.addEventListener("click", (event) => {
    const box = image.getBoundingClientRect();
    model.send({
      across: (event.clientX - box.left) / box.width,
      down: (event.clientY - box.top) / box.height,
    });
  });
  el.append(image);
  return () => URL.revokeObjectURL(image.src);
}
export default { render };
"""


class ClickedPicture(anywidget.AnyWidget):
    """A picture that says where it was clicked, as shares of its width and height."""

    _esm = SCRIPT
    picture = traitlets.Bytes().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)


class ClickMap(ipywidgets.VBox):
    """A map, and below it the sheet of the run that was clicked."""

    def __init__(self, drawn: Map) -> None:
        self.drawn = drawn
        self.picture = ClickedPicture(picture=png(drawn.figure), words=drawn.words)
        self.said = ipywidgets.Label("Click on a cell to open that run's sheet.")
        self.picture.on_msg(self._clicked)
        super().__init__([self.picture, self.said])

    def _clicked(self, _widget: Any, where: dict[str, float], _buffers: Any) -> None:
        indices = self.drawn.indices(float(where["across"]), float(where["down"]))
        if indices is None:
            return
        self.show_run(indices)

    def show_run(self, indices: Sequence[int]) -> None:
        """Show the sheet of the run at these indices in the values of each swept name."""
        sweep = self.drawn.sweep
        self.said.value = said(sweep, indices)
        if sweep.rows <= OPENED_ROWS:
            self.children = [self.picture, self.said, sheet(sweep.trace(*indices))]


def said(sweep: Swept, indices: Sequence[int]) -> str:
    """One line on a run: its swept values and its measure, and how to have its table."""
    chosen = zip(sweep.over.items(), indices, strict=True)
    told = [f"{name} = {values[index]:.6g}" for (name, values), index in chosen]
    number = f"{sweep.measure} = {sweep.values[tuple(indices)]:.6g}"
    table = f".trace({', '.join(map(str, indices))}) is its table"
    return f"{', '.join([*told, number])}; {table}"


class ClickableMap(Map):
    """A map that opens the sheet of the run whose cell is clicked."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        # A page without a kernel shows the picture, and the words stay the map's own.
        return ClickMap(self)._repr_mimebundle_() | super()._repr_mimebundle_()
