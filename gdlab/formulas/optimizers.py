"""The optimizers, one short function each: how a gradient becomes a step.

Every function sees one parameter at one update. Its arguments, by name:

``g``
    the gradient of the loss with respect to this parameter;
``w``
    the parameter's present value (only where a rule needs it);
``t``
    the number of the update, counted from 1; ``epoch``, ``sample`` and ``n`` (points in an
    epoch) are there too for a rule that asks for them;
``NAME_prev``
    the value of NAME in the row above; its default is the value that the first row starts from
    (0 if there is none);
any other
    a hyperparameter with its default.

It returns two tuples: what is carried to the next row, and what is only shown. ``step``, what is
subtracted from the parameter, is last. The same few lines are compiled, put into spreadsheet
formulas, typeset, and used to mark a learner's cells, so they keep to a small grammar
(:mod:`gdlab.language.grammar`): each name is assigned once, and a square is written as a product.
"""

from math import sqrt

from gdlab.formulas.functions import floor, max, sign


def sgd(g, lr=0.0001):
    """Robbins & Monro 1951: one noisy gradient, one step. No eps."""
    step = lr * g
    return (), (step,)


def momentum(g, avg_prev, lr=0.0001, beta=0.9):
    """Running average of the gradient; Kingma & Ba 2015, algorithm 1, first moment. No eps."""
    avg = beta * avg_prev + (1 - beta) * g
    step = lr * avg
    return (avg,), (step,)


def heavy_ball(g, velocity_prev, lr=0.00001, momentum=0.9):
    """Polyak 1964, the two-step method, in the form of torch.optim.SGD(momentum=...). No eps."""
    velocity = momentum * velocity_prev + g
    step = lr * velocity
    return (velocity,), (step,)


def rmsprop(g, sqr_avg_prev, lr=0.1, beta=0.9, eps=1e-8):
    """Tieleman & Hinton 2012, lecture 6e, slide 29. eps stands outside the root."""
    sqr_avg = beta * sqr_avg_prev + (1 - beta) * (g * g)
    step = lr * g / (sqrt(sqr_avg) + eps)
    return (sqr_avg,), (step,)


def rmsprop_eps_inside(g, sqr_avg_prev, lr=0.1, beta=0.9, eps=1e-8):
    """Ruder 2016, section 4.5 (RMSprop as he writes it). eps stands inside the root."""
    sqr_avg = beta * sqr_avg_prev + (1 - beta) * (g * g)
    step = lr * g / sqrt(sqr_avg + eps)
    return (sqr_avg,), (step,)


def rmsprop_lesson(g, sqr_avg_prev=10000, lr=0.02, beta=0.9):
    """The Excel lesson's sheet rmsprop: divides by the average of the row above. No eps."""
    sqr_avg = beta * sqr_avg_prev + (1 - beta) * (g * g)
    step = lr * g / sqrt(sqr_avg_prev)
    return (sqr_avg,), (step,)


def rmsprop_centered(
    g, avg_prev, sqr_avg_prev, velocity_prev, lr=0.0001, beta=0.95, momentum=0.9, eps=0.0001
):
    """Graves 2013, equations 38 to 41: divides by the gradient's deviation. eps inside the root.

    His Delta is the step; the velocity here is Delta without lr, as in torch, and while lr is
    constant the steps are the same.
    """
    avg = beta * avg_prev + (1 - beta) * g
    sqr_avg = beta * sqr_avg_prev + (1 - beta) * (g * g)
    variance = sqr_avg - avg * avg
    velocity = momentum * velocity_prev + g / sqrt(variance + eps)
    step = lr * velocity
    return (avg, sqr_avg, velocity), (variance, step)


def adam(g, t, avg_prev, sqr_avg_prev, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Kingma & Ba 2015, algorithm 1. eps stands outside the root."""
    avg = beta1 * avg_prev + (1 - beta1) * g
    sqr_avg = beta2 * sqr_avg_prev + (1 - beta2) * (g * g)
    avg_hat = avg / (1 - beta1**t)
    sqr_avg_hat = sqr_avg / (1 - beta2**t)
    step = lr * avg_hat / (sqrt(sqr_avg_hat) + eps)
    return (avg, sqr_avg), (avg_hat, sqr_avg_hat, step)


def adam_eps_hat(g, t, avg_prev, sqr_avg_prev, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Kingma & Ba 2015, end of section 2, as in Keras. eps (their eps-hat) outside the root."""
    avg = beta1 * avg_prev + (1 - beta1) * g
    sqr_avg = beta2 * sqr_avg_prev + (1 - beta2) * (g * g)
    corrected_lr = lr * sqrt(1 - beta2**t) / (1 - beta1**t)
    step = corrected_lr * avg / (sqrt(sqr_avg) + eps)
    return (avg, sqr_avg), (step,)


def adam_lesson(g, avg_prev, sqr_avg_prev, lr=0.1, beta1=0.9, beta2=0.9):
    """The Excel lesson's sheet adam: no bias correction, no eps."""
    avg = beta1 * avg_prev + (1 - beta1) * g
    sqr_avg = beta2 * sqr_avg_prev + (1 - beta2) * (g * g)
    step = lr * avg / sqrt(sqr_avg)
    return (avg, sqr_avg), (step,)


def adagrad_lesson(g, t, sample, n, sum_sqr_prev, divisor_prev=10000, lr=0.001):
    """The Excel lesson's older sheet adagrad: one divisor per epoch, from the epoch before. No eps.

    The divisor is the root of the sum of the squared gradients, divided by their number; it is
    not a running sum as in Duchi, Hazan & Singer 2011.
    """
    divisor = (divisor_prev if t == 1 else sqrt(sum_sqr_prev) / n) if sample == 1 else divisor_prev
    sum_sqr = g * g if sample == 1 else sum_sqr_prev + g * g
    step = g * lr / divisor
    return (sum_sqr, divisor), (step,)


def nesterov(g, velocity_prev, lr=0.00001, momentum=0.9):
    """Nesterov 1983 as Sutskever et al. 2013 rewrite it, torch's nesterov=True. No eps."""
    velocity = momentum * velocity_prev + g
    step = lr * (g + momentum * velocity)
    return (velocity,), (step,)


def adagrad(g, sum_sqr_prev, lr=0.5, eps=1e-10):
    """Duchi, Hazan & Singer 2011, section 1.2, diagonal form. eps stands outside the root."""
    sum_sqr = sum_sqr_prev + g * g
    step = lr * g / (sqrt(sum_sqr) + eps)
    return (sum_sqr,), (step,)


def adadelta(g, sqr_avg_prev, sqr_step_prev, lr=1, beta=0.9, eps=1e-6):
    """Zeiler 2012, algorithm 1. eps stands inside both roots; the paper has lr = 1."""
    sqr_avg = beta * sqr_avg_prev + (1 - beta) * (g * g)
    delta = sqrt(sqr_step_prev + eps) / sqrt(sqr_avg + eps) * g
    sqr_step = beta * sqr_step_prev + (1 - beta) * (delta * delta)
    step = lr * delta
    return (sqr_avg, sqr_step), (delta, step)


def adamax(g, t, avg_prev, max_abs_prev, lr=0.002, beta1=0.9, beta2=0.999, eps=1e-8):
    """Kingma & Ba 2015, algorithm 2. eps is added to |g|, as torch does; the paper has none."""
    avg = beta1 * avg_prev + (1 - beta1) * g
    max_abs = max(beta2 * max_abs_prev, abs(g) + eps)
    step = lr / (1 - beta1**t) * avg / max_abs
    return (avg, max_abs), (step,)


def nadam(
    g, t, avg_prev, sqr_avg_prev, mu_product_prev=1,
    lr=0.002, beta1=0.9, beta2=0.999, eps=1e-8, momentum_decay=0.004,
):  # fmt: skip
    """Dozat 2016, algorithm 2 with the warming schedule of its section 3. eps outside the root."""
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product_prev * mu
    avg = beta1 * avg_prev + (1 - beta1) * g
    sqr_avg = beta2 * sqr_avg_prev + (1 - beta2) * (g * g)
    avg_hat = mu_next * avg / (1 - mu_product * mu_next) + (1 - mu) * g / (1 - mu_product)
    sqr_avg_hat = sqr_avg / (1 - beta2**t)
    step = lr * avg_hat / (sqrt(sqr_avg_hat) + eps)
    return (avg, sqr_avg, mu_product), (avg_hat, sqr_avg_hat, step)


def amsgrad(
    g,
    t,
    avg_prev,
    sqr_avg_prev,
    max_sqr_avg_prev,
    lr=0.001,
    beta1=0.9,
    beta2=0.999,
    eps=1e-8,
):
    """Reddi, Kale & Kumar 2018, algorithm 2, corrected as torch does. eps outside the root."""
    avg = beta1 * avg_prev + (1 - beta1) * g
    sqr_avg = beta2 * sqr_avg_prev + (1 - beta2) * (g * g)
    max_sqr_avg = max(max_sqr_avg_prev, sqr_avg)
    avg_hat = avg / (1 - beta1**t)
    sqr_avg_hat = max_sqr_avg / (1 - beta2**t)
    step = lr * avg_hat / (sqrt(sqr_avg_hat) + eps)
    return (avg, sqr_avg, max_sqr_avg), (avg_hat, sqr_avg_hat, step)


def adamw(
    g,
    w,
    t,
    avg_prev,
    sqr_avg_prev,
    lr=0.001,
    beta1=0.9,
    beta2=0.999,
    eps=1e-8,
    weight_decay=0.01,
):
    """Loshchilov & Hutter 2019, algorithm 2: decoupled weight decay. eps outside the root."""
    avg = beta1 * avg_prev + (1 - beta1) * g
    sqr_avg = beta2 * sqr_avg_prev + (1 - beta2) * (g * g)
    avg_hat = avg / (1 - beta1**t)
    sqr_avg_hat = sqr_avg / (1 - beta2**t)
    step = lr * (avg_hat / (sqrt(sqr_avg_hat) + eps) + weight_decay * w)
    return (avg, sqr_avg), (avg_hat, sqr_avg_hat, step)


def adabelief(g, t, avg_prev, sqr_dev_avg_prev, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Zhuang et al. 2020, algorithm 2. eps joins the second average, and stands outside the root.

    The second average is of the squared deviation from the first, where Adam has the squared
    gradient: a gradient that is as expected makes a long step.
    """
    avg = beta1 * avg_prev + (1 - beta1) * g
    deviation = g - avg
    sqr_dev_avg = beta2 * sqr_dev_avg_prev + (1 - beta2) * (deviation * deviation) + eps
    avg_hat = avg / (1 - beta1**t)
    sqr_dev_avg_hat = sqr_dev_avg / (1 - beta2**t)
    step = lr * avg_hat / (sqrt(sqr_dev_avg_hat) + eps)
    return (avg, sqr_dev_avg), (avg_hat, sqr_dev_avg_hat, step)


def lion(g, w, avg_prev, lr=0.01, beta1=0.9, beta2=0.99, weight_decay=0):
    """Chen et al. 2023, algorithm 2: only the sign of the average moves. No eps."""
    direction = sign(beta1 * avg_prev + (1 - beta1) * g)
    avg = beta2 * avg_prev + (1 - beta2) * g
    step = lr * (direction + weight_decay * w)
    return (avg,), (direction, step)


def radam(g, t, avg_prev, sqr_avg_prev, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, rho_over=4):
    """Liu et al. 2020, algorithm 2; torch rectifies from rho over 5. eps outside the root.

    The paper has no eps. Until rho, the length of the averages' memory, is over ``rho_over``, the
    step is that of the corrected average alone.
    """
    avg = beta1 * avg_prev + (1 - beta1) * g
    sqr_avg = beta2 * sqr_avg_prev + (1 - beta2) * (g * g)
    avg_hat = avg / (1 - beta1**t)
    rho_end = 2 / (1 - beta2) - 1
    rho = rho_end - 2 * t * beta2**t / (1 - beta2**t)
    gained = (rho - 4) * (rho - 2) * rho_end
    possible = (rho_end - 4) * (rho_end - 2) * rho
    rectifier = sqrt(gained / possible) if rho > rho_over else 0
    rectified = rectifier * avg_hat * sqrt(1 - beta2**t) / (sqrt(sqr_avg) + eps)
    step = lr * (rectified if rho > rho_over else avg_hat)
    return (avg, sqr_avg), (avg_hat, rho, rectifier, step)


def lookahead(g, w, t, slow_prev, lr=0.0001, slow_lr=0.5, sync_every=5):
    """Zhang et al. 2019, algorithm 1, on plain gradient descent. No eps.

    ``slow`` begins where the parameter does. Every ``sync_every`` updates it goes ``slow_lr`` of
    the way to the fast parameter, which goes on from there.
    """
    fast = w - lr * g
    begin = w if t == 1 else slow_prev
    slow = begin + slow_lr * (fast - begin) if t == sync_every * floor(t / sync_every) else begin
    step = w - slow if t == sync_every * floor(t / sync_every) else lr * g
    return (slow,), (fast, step)


def ranger(
    g, w, t, avg_prev, sqr_avg_prev, slow_prev,
    lr=0.001, beta1=0.95, beta2=0.999, eps=1e-5, rho_over=5, slow_lr=0.5, sync_every=6,
):  # fmt: skip
    """Wright 2019: radam (Liu et al.) inside lookahead (Zhang et al.). eps outside the root."""
    avg = beta1 * avg_prev + (1 - beta1) * g
    sqr_avg = beta2 * sqr_avg_prev + (1 - beta2) * (g * g)
    avg_hat = avg / (1 - beta1**t)
    rho_end = 2 / (1 - beta2) - 1
    rho = rho_end - 2 * t * beta2**t / (1 - beta2**t)
    gained = (rho - 4) * (rho - 2) * rho_end
    possible = (rho_end - 4) * (rho_end - 2) * rho
    rectifier = sqrt(gained / possible) if rho > rho_over else 0
    rectified = rectifier * avg_hat * sqrt(1 - beta2**t) / (sqrt(sqr_avg) + eps)
    fast = w - lr * (rectified if rho > rho_over else avg_hat)
    begin = w if t == 1 else slow_prev
    slow = begin + slow_lr * (fast - begin) if t == sync_every * floor(t / sync_every) else begin
    step = w - (slow if t == sync_every * floor(t / sync_every) else fast)
    return (avg, sqr_avg, slow), (avg_hat, rho, rectifier, fast, step)
