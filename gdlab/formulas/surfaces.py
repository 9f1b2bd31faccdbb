"""Surfaces over two parameters u and v, with their gradients: models without points.

They show what a line cannot: ravines, saddle points, curved valleys, several minima.
"""


def ravine(u=1, v=1):
    """A quadratic 40 times steeper in v than in u; minimum 0 at (0, 0)."""
    loss = 0.05 * (u * u) + 2 * (v * v)
    grad_u = 0.1 * u
    grad_v = 4 * v
    return loss, grad_u, grad_v


def saddle(u=1, v=1):
    """u squared minus v squared: a saddle point at (0, 0), no minimum."""
    loss = u * u - v * v
    grad_u = 2 * u
    grad_v = -2 * v
    return loss, grad_u, grad_v


def rosenbrock(u=1, v=1):
    """Rosenbrock 1960: a curved valley; minimum 0 at (1, 1)."""
    aside = v - u * u
    short = 1 - u
    loss = short * short + 100 * (aside * aside)
    grad_u = -2 * short - 400 * (u * aside)
    grad_v = 200 * aside
    return loss, grad_u, grad_v


def beale(u=1, v=1):
    """Beale 1958: steep edges round a flat floor; minimum 0 at (3, 0.5)."""
    first = 1.5 - u + u * v
    second = 2.25 - u + u * (v * v)
    third = 2.625 - u + u * (v * (v * v))
    loss = first * first + second * second + third * third
    grad_u = 2 * (first * (v - 1) + second * (v * v - 1) + third * (v * (v * v) - 1))
    grad_v = 2 * (first * u + second * (2 * (u * v)) + third * (3 * (u * (v * v))))
    return loss, grad_u, grad_v


def himmelblau(u=1, v=1):
    """Himmelblau 1972: four minima of 0, one of them at (3, 2)."""
    first = u * u + v - 11
    second = u + v * v - 7
    loss = first * first + second * second
    grad_u = 4 * (first * u) + 2 * second
    grad_v = 2 * first + 4 * (second * v)
    return loss, grad_u, grad_v
