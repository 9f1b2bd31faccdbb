"""What happens to a gradient before the rule sees it, and the update, in the rules' own grammar.

``total(...)`` is the sum of its argument over all parameters.
"""

from math import sqrt

from gdlab.formulas.functions import max, min, total


def batch(position, n, in_batch_prev, t_prev, batch_size):
    """Where a row stands in its batch; a batch ends when it is full or the epoch ends."""
    full = 1 if in_batch_prev >= batch_size else 0
    first = 1 if position == 1 else full
    in_batch = 1 if first == 1 else in_batch_prev + 1
    last = 1 if in_batch >= batch_size else (1 if position == n else 0)
    t = t_prev + 1 if first == 1 else t_prev
    return (in_batch, t), (last,)


def batch_mean(sample_grad, in_batch, sum_grad_prev):
    """The mean gradient of the batch's rows so far; in its last row, of the whole batch."""
    sum_grad = sample_grad if in_batch == 1 else sum_grad_prev + sample_grad
    grad = sum_grad / in_batch
    return (sum_grad,), (grad,)


def clip_by_norm(g, max_norm):
    """Pascanu, Mikolov & Bengio 2013, algorithm 1, over the gradients of all parameters."""
    norm = sqrt(total(g * g))
    scale = max_norm / norm if norm > max_norm else 1
    scaled_grad = g * scale
    return norm, scale, scaled_grad


def clip_by_value(g, max_value):
    """Each gradient is kept between -max_value and max_value; torch's clip_grad_value_."""
    clipped_grad = max(-max_value, min(max_value, g))
    return (clipped_grad,)


def decay_as_l2(g, w, weight_decay):
    """Weight decay as L2: the penalty's derivative joins the gradient, as in torch.optim."""
    decayed_grad = g + weight_decay * w
    return (decayed_grad,)


def running_loss(loss, position, sum_loss_prev):
    """The sum of the epoch's losses so far."""
    sum_loss = loss if position == 1 else sum_loss_prev + loss
    return (sum_loss,), ()


def descend(w, step):
    """The update of one parameter: the step is subtracted."""
    new = w - step
    return (new,)
