"""Articles' variants of a rule, and a model of theirs, in the grammar; not registered."""

from math import sqrt

from gdlab.core.model import read_model


def adam_corrected_twice(g, t, avg_prev, sqr_avg_prev, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam, but each average is divided by its bias correction twice. eps outside the root."""
    avg = beta1 * avg_prev + (1 - beta1) * g
    sqr_avg = beta2 * sqr_avg_prev + (1 - beta2) * (g * g)
    avg_hat = avg / (1 - beta1**t) / (1 - beta1**t)
    sqr_avg_hat = sqr_avg / (1 - beta2**t) / (1 - beta2**t)
    step = lr * avg_hat / (sqrt(sqr_avg_hat) + eps)
    return (avg, sqr_avg), (avg_hat, sqr_avg_hat, step)


def sgd_not_zeroed(g, total_prev, lr=0.05):
    """Plain descent whose gradients were never set to zero between updates: they add up. No eps."""
    total = total_prev + g
    step = lr * total
    return (total,), (step,)


def rmsprop_without_root(g, sqr_avg_prev, lr=0.1, beta=0.9, eps=1e-8):
    """RMSprop, but the gradient is divided by the average itself. eps outside."""
    sqr_avg = beta * sqr_avg_prev + (1 - beta) * (g * g)
    step = lr * g / (sqr_avg + eps)
    return (sqr_avg,), (step,)


def rmsprop_misplaced(g, sqr_avg_prev, lr=0.1, beta=0.9, eps=1e-8):
    """RMSprop, but its average has 1 - beta * g^2 for (1 - beta) * g^2. eps outside the root."""
    sqr_avg = beta * sqr_avg_prev + (1 - beta * (g * g))
    step = lr * g / (sqrt(sqr_avg) + eps)
    return (sqr_avg,), (step,)


@read_model
def layer_of_ten(
    x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, y,
    bias=0, w1=0, w2=0, w3=0, w4=0, w5=0, w6=0, w7=0, w8=0, w9=0, w10=0,
):  # fmt: skip
    """A linear layer of ten inputs, and its squared error."""
    first = w1 * x1 + w2 * x2 + w3 * x3 + w4 * x4 + w5 * x5
    second = w6 * x6 + w7 * x7 + w8 * x8 + w9 * x9 + w10 * x10
    y_pred = bias + first + second
    error = y_pred - y
    err2 = error * error
    return y_pred, error, err2
