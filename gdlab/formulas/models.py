"""The straight line y = m*x + b, its squared error at one point, and the update of a parameter.

The functions keep to the grammar of :mod:`gdlab.language.grammar`; every name that they return is
a column. ``intercept`` is b, ``slope`` is m; the units are those of the points.
"""


def line(x, y, intercept, slope):
    """The error of one point, squared, and its exact derivatives (calculus: the chain rule)."""
    y_pred = intercept + slope * x
    error = y_pred - y
    err2 = error * error
    grad_intercept = 2 * error
    grad_slope = grad_intercept * x
    return y_pred, error, err2, grad_intercept, grad_slope


def finite_differences(x, y, intercept, slope, err2, h):
    """The same derivatives estimated: how much err2 grows when a parameter grows by h."""
    error_h_intercept = (intercept + h) + slope * x - y
    err2_h_intercept = error_h_intercept * error_h_intercept
    est_grad_intercept = (err2_h_intercept - err2) / h
    error_h_slope = intercept + (slope + h) * x - y
    err2_h_slope = error_h_slope * error_h_slope
    est_grad_slope = (err2_h_slope - err2) / h
    return err2_h_intercept, est_grad_intercept, err2_h_slope, est_grad_slope


def descend(w, step):
    """The update of one parameter: the step is subtracted."""
    new = w - step
    return (new,)
