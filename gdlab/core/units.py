"""The units of parameters and losses, in terms of the points' columns, for the axes of pictures."""

from gdlab.core.model import LINE, Model

# The models that predict intercept + slope * x.
LINES = (LINE, "line_half")


def unit_of(model: Model, name: str) -> str:
    """The unit of a parameter or of the loss, such as ``y/x``; empty if it is not clear."""
    if name == model.loss and model.error:
        return f"{model.data[-1]}²"
    if model.name in LINES:
        x, y = model.data
        return {"intercept": y, "slope": f"{y}/{x}"}.get(name, "")
    return ""


def with_unit(said: str, unit: str) -> str:
    """The label of an axis with its unit: ``squared error, in units of y²``."""
    return f"{said}, in units of {unit}" if unit else said
