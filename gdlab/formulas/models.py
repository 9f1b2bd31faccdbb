"""The models: what is computed at one point, down to its loss.

The functions keep to the grammar of :mod:`gdlab.language.grammar`. Arguments without a default are
columns of the points, those with one are parameters and where they start from, keyword-only ones
are constants. Every name that is returned is a column; the loss is the last one that is not a
gradient. Units are those of the points.
"""

from math import exp, log

from gdlab.formulas.functions import max


def line(x, y, intercept=1, slope=1):
    """The error of one point, squared, and its exact derivatives (calculus: the chain rule)."""
    y_pred = intercept + slope * x
    error = y_pred - y
    err2 = error * error
    grad_intercept = 2 * error
    grad_slope = grad_intercept * x
    return y_pred, error, err2, grad_intercept, grad_slope


def line_half(x, y, intercept=1, slope=1):
    """Half the squared error of the line: its derivatives lose the factor 2 (Bishop 2006, 1.2)."""
    y_pred = intercept + slope * x
    error = y_pred - y
    loss = error * error / 2
    return y_pred, error, loss


def quadratic(x, y, intercept=0, slope=0, curvature=0):
    """A parabola by least squares (Legendre 1805, who fits polynomials); three parameters."""
    y_pred = intercept + slope * x + curvature * (x * x)
    error = y_pred - y
    loss = error * error
    return y_pred, error, loss


def plane(x1, x2, y, intercept=0, slope1=0, slope2=0):
    """A plane over two inputs (Widrow & Hoff 1960, a linear neuron); half the squared error."""
    y_pred = intercept + slope1 * x1 + slope2 * x2
    error = y_pred - y
    loss = error * error / 2
    return y_pred, error, loss


def logistic(x, y, weight=0, bias=0):
    """Logistic regression, one sigmoid neuron (Cox 1958); log loss, y is 0 or 1."""
    z = bias + weight * x
    a = 1 / (1 + exp(-z))
    loss = -(y * log(a) + (1 - y) * log(1 - a))
    return z, a, loss


def relu_neuron(x, y, weight=1, bias=1):
    """One rectified linear neuron (Nair & Hinton 2010); squared error. Flat where z is below 0."""
    z = bias + weight * x
    y_pred = max(0, z)
    error = y_pred - y
    loss = error * error
    return z, y_pred, error, loss


def two_neurons(x, y, weight1=1, bias1=0, weight2=1, bias2=0):
    """A line after a ReLU (Nair & Hinton 2010), as the lesson's readers try it; squared error."""
    z = bias1 + weight1 * x
    a = max(0, z)
    y_pred = bias2 + weight2 * a
    error = y_pred - y
    loss = error * error
    return z, a, y_pred, error, loss


def network_2_2_2(
    i1, i2, t1, t2,
    w1=0.15, w2=0.2, w3=0.25, w4=0.3, w5=0.4, w6=0.45, w7=0.5, w8=0.55,
    *, bias1=0, bias2=0,
):  # fmt: skip
    """Two inputs, two hidden and two output sigmoids (Rumelhart, Hinton & Williams 1986).

    Half the squared errors. ``w1`` to ``w4`` lead into the hidden neurons, ``w5`` to ``w8`` out of
    them, two to each neuron; the biases are fixed.
    """
    z_h1 = w1 * i1 + w2 * i2 + bias1
    h1 = 1 / (1 + exp(-z_h1))
    z_h2 = w3 * i1 + w4 * i2 + bias1
    h2 = 1 / (1 + exp(-z_h2))
    z_o1 = w5 * h1 + w6 * h2 + bias2
    o1 = 1 / (1 + exp(-z_o1))
    z_o2 = w7 * h1 + w8 * h2 + bias2
    o2 = 1 / (1 + exp(-z_o2))
    loss = (o1 - t1) * (o1 - t1) / 2 + (o2 - t2) * (o2 - t2) / 2
    return z_h1, h1, z_h2, h2, z_o1, o1, z_o2, o2, loss


def network_2_2_1(
    x1, x2, y,
    w1=1, w2=1, bias1=-0.5, w3=-1, w4=-1, bias2=1.5, w5=1, w6=1, bias3=-1.5,
):  # fmt: skip
    """A network for XOR (Rumelhart, Hinton & Williams 1986), biases learned; log loss.

    Two inputs, two hidden sigmoids and one for the output; y is 0 or 1.
    """
    z_h1 = w1 * x1 + w2 * x2 + bias1
    h1 = 1 / (1 + exp(-z_h1))
    z_h2 = w3 * x1 + w4 * x2 + bias2
    h2 = 1 / (1 + exp(-z_h2))
    z_o = w5 * h1 + w6 * h2 + bias3
    o = 1 / (1 + exp(-z_o))
    loss = -(y * log(o) + (1 - y) * log(1 - o))
    return z_h1, h1, z_h2, h2, z_o, o, loss
