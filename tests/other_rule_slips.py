"""Slips in the columns of rules, batches and schedules, as those of other_slips."""

from other_slips import Slips

OF_RULES: Slips = {
    ("sum_grad_{p}", "sample_grad_{p} + (o_sum_grad_{p} if in_batch > 1 else 0)"): {
        "sample_grad_{p} + o_sum_grad_{p}": "other_case",
        "sample_grad_{p}": "term_forgotten other_case copied_from_beside",
    },
    ("grad_{p}", "sum_grad_{p} / in_batch"): {
        "sum_grad_{p}": "divisor_forgotten copied_from_beside mean_for_sum sum_for_average",
        "sum_grad_{p} / n": "divided_by_n",
        "sample_grad_{p}": "stage_skipped",
    },
    ("avg_{p}", "beta * o_avg_{p} + (1 - beta) * grad_{p}"): {
        "(1 - beta) * o_avg_{p} + beta * grad_{p}": "beta_swapped",
        "beta * o_avg_{p} + grad_{p}": "one_minus_beta_forgotten another_convention",
        "beta * (o_avg_{p} + (1 - beta) * grad_{p})": "parentheses_misplaced",
        "beta * o_avg_{p} + beta * grad_{p}": "one_minus_forgotten beta_for_rest",
        "beta * o_avg_{p} - (1 - beta) * grad_{p}": "minus_for_plus",
        "beta * o_avg_{p} + (1 - beta) * lr * grad_{p}": "rate_twice",
        "beta * o_grad_{p} + (1 - beta) * grad_{p}": "stage_skipped",
        "beta * o_avg_{p} + (1 - beta) * error": "stage_skipped",
        "beta * o_avg_{p} + (1 - beta) * grad_{q}": "other_parameter",
        "(o_avg_{p} + grad_{p}) / 2": "mean_for_average",
        "beta * o_avg_{p} + (1 - beta) * grad_{p} ** 2": "square_added",
        "beta ** t * o_avg_{p} + (1 - beta) * grad_{p}": "",
        "0.95 * o_avg_{p} + 0.05 * grad_{p}": "",
    },
    ("avg_{p}", "beta1 * o_avg_{p} + (1 - beta1) * grad_{p}"): {
        "beta2 * o_avg_{p} + (1 - beta2) * grad_{p}": "other_beta",
        "(1 - beta1) * o_avg_{p} + beta1 * grad_{p}": "beta_swapped",
        "beta1 * o_avg_{p} + (1 - beta2) * grad_{p}": "other_beta",
        "(1 - beta1) * grad_{p}": "term_forgotten",
        "beta1 * o_avg_{p} + grad_{p}": "one_minus_beta_forgotten another_convention",
        "0.9 * o_avg_{p} + 0.1 * grad_{p}": "default_taken",
    },
    ("velocity_{p}", "momentum * o_velocity_{p} + grad_{p}"): {
        "momentum * o_velocity_{p} + (1 - momentum) * grad_{p}": "another_convention",
        "momentum * o_velocity_{p} + lr * grad_{p}": "another_convention rate_twice",
        "momentum * (o_velocity_{p} + grad_{p})": "parentheses_misplaced",
        "momentum * o_velocity_{p} - grad_{p}": "minus_for_plus",
        "o_velocity_{p} + grad_{p}": "beta_forgotten factor_forgotten",
        "momentum * o_velocity_{q} + grad_{p}": "other_parameter",
        "momentum * o_grad_{p} + grad_{p}": "stage_skipped",
    },
    ("step_{p}", "lr * (grad_{p} + momentum * velocity_{p})"): {
        "lr * velocity_{p}": "another_convention row_above",
        "lr * (grad_{p} + momentum * o_velocity_{p})": "row_above another_convention",
        "lr * grad_{p} + momentum * velocity_{p}": "parentheses_forgotten",
        "lr * (1 + momentum) * velocity_{p}": "",
        "lr * (grad_{p} + velocity_{p})": "beta_forgotten factor_forgotten",
    },
    ("sqr_avg_{p}", "beta * o_sqr_avg_{p} + (1 - beta) * grad_{p} ** 2"): {
        "beta * o_sqr_avg_{p} + (1 - beta) * grad_{p}": "square_forgotten another_convention",
        "beta * o_sqr_avg_{p} + ((1 - beta) * grad_{p}) ** 2": "",
        "beta * o_sqr_avg_{p} + (1 - beta) ** 2 * grad_{p} ** 2": "",
        "beta * o_sqr_avg_{p} ** 2 + (1 - beta) * grad_{p} ** 2": "",
        "beta * o_sqr_avg_{p} + (1 - beta) * 2 * grad_{p}": "doubled_for_squared",
        "beta * o_sqr_avg_{p} + grad_{p} ** 2": "one_minus_beta_forgotten another_convention",
        "(1 - beta) * o_sqr_avg_{p} + beta * grad_{p} ** 2": "beta_swapped",
        "sqrt(beta * o_sqr_avg_{p} + (1 - beta) * grad_{p} ** 2)": "",
        "o_sqr_avg_{p} + grad_{p} ** 2": "sum_for_average another_convention",
        "beta * o_sqr_avg_{p} + (1 - beta) * grad_{p} * grad_{q}": "other_parameter",
    },
    ("sqr_avg_{p}", "beta2 * o_sqr_avg_{p} + (1 - beta2) * grad_{p} ** 2"): {
        "beta1 * o_sqr_avg_{p} + (1 - beta1) * grad_{p} ** 2": "other_beta",
        "beta2 * o_sqr_avg_{p} + (1 - beta2) * avg_{p} ** 2": "",
        "beta2 * o_sqr_avg_{p} + (1 - beta2) * grad_{p}": "square_forgotten",
        "beta2 * o_avg_{p} + (1 - beta2) * grad_{p} ** 2": "",
        "beta2 * o_sqr_avg_hat_{p} + (1 - beta2) * grad_{p} ** 2": "corrected_carried",
        "beta2 * o_sqr_avg_{p} + (1 - beta2) * err2": "squared_error_for_gradient",
    },
    ("sum_sqr_{p}", "o_sum_sqr_{p} + grad_{p} ** 2"): {
        "o_sum_sqr_{p} + grad_{p}": "square_forgotten",
        "(o_sum_sqr_{p} + grad_{p}) ** 2": "",
        "0.9 * o_sum_sqr_{p} + 0.1 * grad_{p} ** 2": "another_convention",
        "sqrt(o_sum_sqr_{p} + grad_{p} ** 2)": "",
        "grad_{p} ** 2": "term_forgotten",
        "o_sum_sqr_{p} + 2 * grad_{p}": "doubled_for_squared",
        "o_sum_sqr_{p} - grad_{p} ** 2": "minus_for_plus",
    },
    ("step_{p}", "lr * grad_{p}"): {
        "grad_{p}": "rate_forgotten copied_from_beside",
        "grad_{p} / lr": "divided_for_times",
        "lr * grad_{q}": "other_parameter parameters_swapped copied_from_beside",
        "-lr * grad_{p}": "sign_turned",
        "lr * {p}": "",
        "lr + grad_{p}": "plus_for_times",
        "lr ** 2 * grad_{p}": "rate_twice",
        "lr * error": "stage_skipped other_parameter",
        "10 * lr * grad_{p}": "point_shifted",
        "lr * grad_{p} ** 2": "square_added",
        "lr * grad_{p} / t": "factor_added",
        "0.1 * grad_{p}": "default_taken rounded_too_early",
    },
    ("step_{p}", "lr * avg_{p}"): {
        "lr * grad_{p}": "stage_skipped another_convention",
        "lr * o_avg_{p}": "row_above",
        "beta * avg_{p}": "",
        "lr * avg_{p} / (1 - beta)": "1:another_convention 1:bias_correction_added",
        "lr * avg_{q}": "other_parameter copied_from_beside",
    },
    ("step_{p}", "lr * velocity_{p}"): {
        "lr * grad_{p}": "stage_skipped another_convention",
        "velocity_{p}": "rate_forgotten copied_from_beside",
    },
    ("step_{p}", "lr * grad_{p} / (sqrt(sqr_avg_{p}) + eps)"): {
        "lr * grad_{p} / (sqr_avg_{p} + eps)": "root_forgotten",
        "lr * grad_{p} * sqrt(sqr_avg_{p})": "times_for_divided",
        "lr / sqrt(sqr_avg_{p})": "factor_forgotten",
        "lr * grad_{p} / sqrt(o_sqr_avg_{p} + eps)": "another_convention row_above",
        "grad_{p} / (sqrt(sqr_avg_{p}) + eps)": "rate_forgotten",
        "lr * sqrt(grad_{p} / (sqr_avg_{p} + eps))": "",
        "lr * grad_{p} / sqrt(sqr_avg_{q})": "other_parameter",
        "lr * grad_{p} ** 2 / sqrt(sqr_avg_{p})": "square_added",
        "lr * grad_{p} / sqrt(sqr_avg_{p} / (1 - beta ** t))": "bias_correction_added",
    },
    ("step_{p}", "lr * grad_{p} / (sqrt(sum_sqr_{p}) + eps)"): {
        "lr * grad_{p} / (sum_sqr_{p} + eps)": "root_forgotten",
        "lr * grad_{p} / sqrt(sum_sqr_{p} / t)": "mean_for_sum",
        "lr * grad_{p} / sqrt(grad_{p} ** 2)": "stage_skipped",
        "lr / sqrt(sum_sqr_{p}) * sum_sqr_{p}": "",
        "lr * sqrt(sum_sqr_{p}) / grad_{p}": "upside_down",
    },
    ("avg_hat_{p}", "avg_{p} / (1 - beta1 ** t)"): {
        "avg_{p}": "bias_correction_forgotten copied_from_beside",
        "avg_{p} / (1 - beta1)": "power_forgotten",
        "avg_{p} / (1 - beta1 * t)": "times_for_power",
        "avg_{p} / beta1 ** t": "one_minus_forgotten",
        "avg_{p} * (1 - beta1 ** t)": "times_for_divided",
        "avg_{p} / (1 - beta1 ** (t - 1)) if t > 1 else avg_{p}": "t_off_by_one "
        "1:bias_correction_forgotten",
        "avg_{p} / (1 - beta2 ** t)": "other_beta",
        "avg_{p} / (1 + beta1 ** t)": "",
        "avg_{p} / 1 - beta1 ** t": "parentheses_forgotten",
    },
    ("sqr_avg_hat_{p}", "sqr_avg_{p} / (1 - beta2 ** t)"): {
        "sqr_avg_{p} / (1 - beta1 ** t)": "other_beta",
        "sqr_avg_{p} / (1 - beta2) ** t": "power_misplaced",
        "sqr_avg_{p} / (1 - beta2 ** 2)": "t_off_by_one",
    },
    ("step_{p}", "lr * avg_hat_{p} / (sqrt(sqr_avg_hat_{p}) + eps)"): {
        "lr * avg_hat_{p} / (sqr_avg_hat_{p} + eps)": "root_forgotten",
        "lr * avg_{p} / (sqrt(sqr_avg_{p}) + eps)": (
            "bias_correction_forgotten another_convention "
            "bias_correction_forgotten+bias_correction_forgotten "
            "stage_skipped+stage_skipped"
        ),
        "lr * avg_{p} / (sqrt(sqr_avg_hat_{p}) + eps)": "stage_skipped another_convention",
        "avg_hat_{p} / (sqrt(sqr_avg_hat_{p}) + eps)": "rate_forgotten",
        "lr * avg_hat_{p} / sqrt(sqr_avg_hat_{q})": "other_parameter",
        "lr * avg_hat_{p} ** 2 / sqrt(sqr_avg_hat_{p})": "square_added",
        "lr * grad_{p} / (sqrt(sqr_avg_hat_{p}) + eps)": "stage_skipped another_convention",
        "lr * avg_hat_{p}": "divisor_forgotten",
        "lr * avg_hat_{p} * sqrt(1 - beta2 ** t) / sqrt(sqr_avg_hat_{p})": "",
    },
    ("step_{p}", "+ weight_decay * {p}"): {
        "": "term_forgotten another_convention",
        "- weight_decay * {p}": "minus_for_plus",
        "+ weight_decay * grad_{p}": "",
    },
    ("step_{p}", "weight_decay * {p}"): {
        "weight_decay": "factor_forgotten",
        "{p}": "factor_forgotten",
    },
    ("direction_{p}", "sign(beta1 * o_avg_{p} + (1 - beta1) * grad_{p})"): {
        "beta1 * o_avg_{p} + (1 - beta1) * grad_{p}": "function_forgotten",
        "-sign(beta1 * o_avg_{p} + (1 - beta1) * grad_{p})": "sign_turned",
    },
    ("step_{p}", "direction_{p}"): {
        "avg_{p}": "",
    },
    ("mu_product_{p}", "o_mu_product_{p} * mu(t)"): {
        "mu(t)": "factor_forgotten term_forgotten",
        "o_mu_product_{p} * beta1": "factor_forgotten",
        "o_mu_product_{p} * mu(t - 1)": "t_off_by_one",
    },
    ("avg_hat_{p}", "mu(t + 1)"): {
        "mu(t)": "t_off_by_one",
    },
    ("max_sqr_avg_{p}", "max(o_max_sqr_avg_{p}, sqr_avg_{p})"): {
        "sqr_avg_{p}": "one_side_taken copied_from_beside",
        "min(o_max_sqr_avg_{p}, sqr_avg_{p})": "max_and_min_swapped",
        "o_max_sqr_avg_{p} + sqr_avg_{p}": "",
    },
    ("max_abs_{p}", "max(beta2 * o_max_abs_{p}, abs(grad_{p}) + eps)"): {
        "max(beta2 * o_max_abs_{p}, grad_{p})": "function_forgotten",
        "beta2 * o_max_abs_{p} + (1 - beta2) * abs(grad_{p})": "",
        "max(o_max_abs_{p}, abs(grad_{p}))": "beta_forgotten factor_forgotten",
    },
    ("step_{p}", "lr / (1 - beta1 ** t) * avg_{p} / max_abs_{p}"): {
        "lr * avg_{p} / max_abs_{p}": "bias_correction_forgotten",
        "lr / (1 - beta1 ** t) * avg_{p} / sqrt(max_abs_{p})": "",
    },
    ("delta_{p}", "sqrt(o_sqr_step_{p} + eps)"): {
        "sqrt(eps)": "term_forgotten",
    },
    ("delta_{p}", "* grad_{p}"): {
        "": "factor_forgotten",
    },
    ("delta_{p}", "sqrt(sqr_avg_{p} + eps)"): {
        "(sqr_avg_{p} + eps)": "root_forgotten",
    },
    ("new_{p}", "{p} - step_{p}"): {
        "{p} + step_{p}": "plus_for_minus",
        "step_{p} - {p}": "turned_round sign_turned",
        "{p} - grad_{p}": "stage_skipped",
        "{p} - lr * step_{p}": "rate_twice",
        "{q} - step_{p}": "other_parameter",
        "{p}": "term_forgotten",
        "{p} - o_step_{p}": "row_above",
        "{p} * (1 - step_{p})": "",
        "o_{p} - step_{p}": "row_above old_parameter",
        "{p} - 2 * step_{p}": "factor_added",
        "{p} - step_{p} / 2": "factor_added",
        "{p} - abs(step_{p})": "plus_for_minus",
        "st_{p} - step_{p}": "start_value 2:row_above 2:old_parameter",
    },
    ("{p}", "o_new_{p}"): {
        "o_{p}": "old_parameter copied_from_above",
        "st_{p}": "start_value old_parameter",
        "o_new_{q}": "other_parameter parameters_swapped",
        "o_{p} + o_step_{p}": "",
    },
    ("lr", "decay ** (t - 1)"): {
        "decay ** t": "t_off_by_one",
        "decay": "power_forgotten",
        "decay * (t - 1)": "times_for_power",
    },
    ("lr", "start_lr * decay ** (t - 1)"): {
        "start_lr * exp(-decay * (t - 1))": "",
        "start_lr / (1 + decay * (t - 1))": "",
        "start_lr": "schedule_forgotten factor_forgotten start_rate",
    },
    ("lr", "floor((t - 1) / interval)"): {
        "floor(t / interval)": "t_off_by_one term_forgotten",
        "(t - 1) / interval": "function_forgotten",
    },
    ("lr", "start_lr * factor ** floor((t - 1) / interval)"): {
        "start_lr - factor * floor((t - 1) / interval)": "",
    },
    ("lr", "factor ** floor((t - 1) / interval)"): {
        "factor * floor((t - 1) / interval)": "times_for_power",
    },
    ("lr", "pi * min(t - 1, period) / period"): {
        "pi * min(t, period) / period": "t_off_by_one term_forgotten",
        "2 * pi * min(t - 1, period) / period": "",
    },
    ("lr", "(1 + cos(pi * min(t - 1, period) / period)) / 2"): {
        "cos(pi * min(t - 1, period) / period)": "",
        "(1 + cos(pi * min(t - 1, period) / period))": "divisor_forgotten factor_added",
        "(1 - min(t - 1, period) / period)": "",
    },
    ("lr", "start_lr * t / warmup"): {
        "start_lr * (t - 1) / warmup": "t_off_by_one",
        "start_lr / warmup": "factor_forgotten",
    },
    ("lr", "(1 + cos(pi * (min(t, period) - warmup) / (period - warmup)))"): {
        "(1 + cos(pi * min(t, period) / period))": "term_forgotten",
    },
    ("lr", "start_lr * t / warmup if t <= warmup else start_lr"): {
        "start_lr": "other_case",
    },
    ("step_{p}", "lr"): {
        "start_lr": "start_rate",
    },
}
