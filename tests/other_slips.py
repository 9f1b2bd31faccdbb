"""Slips in a model's columns: by column and by a part of its formula what is computed instead.

Beside each stand the causes that may be named for it; none where any name would be wrong. Formulas
that are the same for all numbers have the same causes: no number tells one from another. So have
some in one update: in the first one t is 1, and averages begin with 0; the second one finds the
starts in the row above. Causes with 1: or 2: before them may be named where only that one has the
slip.
"""

Slips = dict[tuple[str, str], dict[str, str]]

OF_MODELS: Slips = {
    ("y_pred", "intercept + slope * x"): {
        "intercept - slope * x": "minus_for_plus",
        "slope * x": "term_forgotten",
        "intercept + slope": "factor_forgotten",
        "intercept + x": "factor_forgotten",
        "intercept * x + slope": "parameters_swapped",
        "(intercept + slope) * x": "parentheses_misplaced parentheses_forgotten",
        "intercept + slope * nx_x": "next_row",
        "intercept + slope * o_x": "row_above",
        "o_intercept + o_slope * x": "row_above+row_above row_above",
        "intercept + o_slope * x": "row_above old_parameter",
        "st_intercept + st_slope * x": "start_value 2:row_above 2:row_above+row_above",
        "intercept + slope + x": "plus_for_times",
        "intercept + slope * x ** 2": "square_added",
        "intercept + slope / x": "divided_for_times",
        "intercept + slope * (x + 1)": "",
        "intercept + slope * (x - 1)": "",
        "2 * intercept + slope * x": "",
        "intercept + slope * x + 1": "digit_misread",
        "slope * (x - intercept)": "",
        "intercept * slope * x": "",
        "abs(intercept + slope * x)": "sign_turned",
    },
    ("error", "y_pred - y"): {
        "y - y_pred": "turned_round sign_turned",
        "y_pred + y": "plus_for_minus",
        "abs(y_pred - y)": "turned_round sign_turned",
        "(y_pred - y) ** 2": "square_added copied_from_beside",
        "y_pred - o_y": "row_above",
        "o_y_pred - y": "row_above",
        "(y_pred - y) / y": "",
        "(y_pred - y) / 2": "factor_added",
        "y_pred - nx_y": "next_row",
    },
    ("err2", "error ** 2"): {
        "error * 2": "doubled_for_squared",
        "-error ** 2": "sign_turned",
        "error ** 2 / 2": "factor_added",
        "error ** 2 / n": "divided_by_n",
        "error ** 3": "factor_added",
        "abs(error)": "sign_turned square_forgotten turned_round",
        "error ** 2 + o_err2": "",
        "(error ** 2 + o_err2) / 2": "factor_added",
    },
    ("loss", "error ** 2"): {
        "error": "square_forgotten copied_from_beside",
        "2 * error": "doubled_for_squared copied_from_beside",
    },
    ("loss", "error ** 2 / 2"): {
        "error ** 2": "divisor_forgotten factor_added",
        "(error / 2) ** 2": "factor_added",
    },
    ("grad_intercept", "2 * error"): {
        "error": "factor_forgotten",
        "-2 * error": "sign_turned sign_forgotten",
        "2 * error * x": "factor_added copied_from_beside other_parameter",
        "err2": "squared_error_for_gradient copied_from_beside",
        "2 * err2": "square_added",
        "2 + error": "plus_for_times",
        "2 * y_pred": "stage_skipped",
        "error / 2": "divided_for_times factor_added",
        "2 * o_error": "row_above",
        "2 * error / n": "divided_by_n",
        "2 * error + intercept": "",
        "3 * error": "",
    },
    ("grad_slope", "grad_intercept * x"): {
        "grad_intercept": "factor_forgotten copied_from_beside other_parameter",
        "grad_intercept + x": "plus_for_times",
        "error * x": "factor_forgotten stage_skipped",
        "grad_intercept * x ** 2": "square_added",
        "grad_intercept / x": "divided_for_times",
        "-grad_intercept * x": "sign_turned",
        "2 * grad_intercept * x": "factor_added",
        "grad_intercept * y_pred": "",
        "grad_intercept * y": "x_and_y_swapped",
        "grad_intercept * slope": "",
        "grad_intercept * o_x": "row_above",
        "o_grad_intercept * x": "row_above",
        "(grad_intercept + 1) * x": "",
        "err2 * x": "squared_error_for_gradient",
        "2 * (new_intercept + slope * x - y) * x": "not_simultaneous",
    },
    ("y_pred", "curvature * x ** 2"): {
        "curvature * x": "square_forgotten",
        "(curvature * x) ** 2": "square_added",
        "curvature * 2 * x": "doubled_for_squared",
    },
    ("y_pred", "slope * x"): {
        "slope": "factor_forgotten",
    },
    ("y_pred", "intercept + slope * x + curvature"): {
        "slope + intercept * x + curvature": "parameters_swapped",
    },
    ("grad_error", "2 * error"): {
        "error": "factor_forgotten copied_from_beside",
        "loss": "squared_error_for_gradient copied_from_beside",
        "-2 * error": "sign_turned",
    },
    ("grad_curvature", "grad_error * x ** 2"): {
        "grad_error * x": "square_forgotten other_parameter copied_from_beside",
        "(grad_error * x) ** 2": "square_added",
        "grad_error * 2 * x": "doubled_for_squared",
        "2 * curvature * x": "",
    },
    ("grad_slope", "grad_error * x"): {
        "grad_error * x ** 2": "square_added other_parameter copied_from_beside",
        "grad_error": "factor_forgotten other_parameter copied_from_beside",
    },
    ("y_pred", "slope1 * x1 + slope2 * x2"): {
        "slope1 * x2 + slope2 * x1": "parameters_swapped",
    },
    ("y_pred", "slope1 * x1"): {
        "slope1 * x2": "x_and_y_swapped",
    },
    ("y_pred", "slope2 * x2"): {
        "slope2 * x1": "x_and_y_swapped",
    },
    ("y_pred", "+ slope2 * x2"): {
        "": "term_forgotten",
    },
    ("grad_slope1", "error * x1"): {
        "error * x2": "x_and_y_swapped other_parameter other_neuron",
        "2 * error * x1": "factor_added",
    },
    ("grad_slope2", "error * x2"): {
        "error": "factor_forgotten other_parameter",
        "y * x2": "",
    },
    ("z", "bias + weight * x"): {
        "weight + bias * x": "parameters_swapped",
        "weight * x": "term_forgotten",
        "bias - weight * x": "minus_for_plus",
    },
    ("a", "exp(-z)"): {
        "exp(z)": "sign_forgotten term_forgotten",
    },
    ("a", "1 / (1 + exp(-z))"): {
        "exp(z)": "term_forgotten",
        "1 / 1 + exp(-z)": "parentheses_forgotten",
        "(1 + tanh(z)) / 2": "",
    },
    ("loss", "-log(a) if y == 1 else -log(1 - a)"): {
        "(a - y) ** 2": "",
        "log(a) if y == 1 else log(1 - a)": "sign_forgotten sign_turned",
        "-log(1 - a) if y == 1 else -log(a)": "one_minus_forgotten",
        "-log(a)": "one_minus_forgotten",
    },
    ("grad_z", "a - y"): {
        "y - a": "turned_round sign_turned",
        "(a - y) * a * (1 - a)": "",
        "2 * (a - y)": "factor_added",
        "z - y": "stage_skipped",
    },
    ("grad_weight", "grad_z * x"): {
        "grad_z": "factor_forgotten other_parameter copied_from_beside",
        "grad_z * weight": "",
        "grad_z * a": "",
    },
    ("z_h1", "w1 * i1 + w2 * i2"): {
        "w1 * i2 + w2 * i1": "parameters_swapped",
    },
    ("z_h1", "w2 * i2"): {
        "w3 * i2": "other_parameter",
    },
    ("z_o1", "w6 * h2"): {
        "w7 * h2": "other_parameter",
    },
    ("z_o2", "w7 * h1 + w8 * h2"): {
        "w5 * h1 + w6 * h2": "other_parameter+other_parameter",
    },
    ("z_o1", "w5 * h1"): {
        "w5 * i1": "",
    },
    ("h1", "exp(-z_h1)"): {
        "exp(z_h1)": "sign_forgotten",
    },
    ("o1", "1 / (1 + exp(-z_o1))"): {
        "tanh(z_o1)": "",
    },
    ("grad_o1", "o1 - t1"): {
        "t1 - o1": "turned_round sign_turned",
        "o1 - t2": "x_and_y_swapped other_neuron",
    },
    ("grad_z_o1", "grad_o1 * o1 * (1 - o1)"): {
        "grad_o1 * o1": "slope_forgotten activation_for_slope factor_forgotten",
        "grad_o1": "slope_forgotten copied_from_beside",
        "grad_o1 * z_o1 * (1 - z_o1)": "",
    },
    ("grad_h1", "grad_z_o1 * w5 + grad_z_o2 * w7"): {
        "grad_z_o1 * w5": "term_forgotten",
        "grad_o1 * w5 + grad_o2 * w7": "",
        "grad_z_o1 * w5 + grad_z_o2 * w6": "other_parameter other_neuron",
    },
    ("grad_h2", "grad_z_o1 * w6 + grad_z_o2 * w8"): {
        "grad_z_o1 * w7 + grad_z_o2 * w8": "other_parameter other_neuron",
    },
    ("grad_z_h1", "grad_h1 * h1 * (1 - h1)"): {
        "grad_h1 * h1": "activation_for_slope factor_forgotten",
        "grad_h1 * h2 * (1 - h2)": "other_neuron",
    },
    ("grad_w5", "grad_z_o1 * h1"): {
        "grad_z_o1 * h2": "other_neuron other_parameter",
        "grad_o1 * h1": "stage_skipped",
    },
    ("grad_w1", "grad_z_h1 * i1"): {
        "grad_h1 * i1": "stage_skipped",
        "grad_z_h2 * i1": "other_neuron other_parameter",
    },
}
