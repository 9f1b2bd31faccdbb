"""The kinds of slips by their stable short names: how usual each is, and a hint."""

from typing import NamedTuple


class Kind(NamedTuple):
    """How usual a slip is (1: very, 3: seldom) and a hint that gives no value away."""

    usual: int
    hint: str


KINDS: dict[str, Kind] = {
    "factor_forgotten": Kind(1, "count the factors"),
    "turned_round": Kind(1, "which of the two is subtracted from which?"),
    "minus_for_plus": Kind(1, "look at the signs"),
    "plus_for_minus": Kind(1, "look at the signs"),
    "square_forgotten": Kind(1, "is something squared here?"),
    "root_forgotten": Kind(1, "is there a root here?"),
    "beta_swapped": Kind(1, "which share goes to the old average, which to the new gradient?"),
    "beta_forgotten": Kind(1, "what is the old average multiplied by?"),
    "one_minus_beta_forgotten": Kind(1, "what is the new gradient multiplied by?"),
    "row_above": Kind(1, "this row's number or the row above's?"),
    "this_row": Kind(1, "this row's number or the row above's?"),
    "old_parameter": Kind(1, "the old parameter or the updated one?"),
    "updated_parameter": Kind(1, "the old parameter or the updated one?"),
    "parameters_swapped": Kind(1, "which is the intercept, which the slope?"),
    "other_parameter": Kind(1, "does every number belong to this parameter?"),
    "bias_correction_forgotten": Kind(1, "is there a bias correction?"),
    "t_off_by_one": Kind(1, "the number of which update?"),
    "eps_inside": Kind(1, "where does eps stand?"),
    "eps_outside": Kind(1, "where does eps stand?"),
    "rate_forgotten": Kind(1, "where does the learning rate come in?"),
    "rate_twice": Kind(1, "how often does the learning rate come in?"),
    "another_convention": Kind(1, "this is how another rule has it; look at this one's formula"),
    "copied_from_above": Kind(1, "is this the number of another cell?"),
    "copied_from_beside": Kind(1, "is this the number of another cell?"),
    "cut_off": Kind(1, "round, do not cut off"),
    "doubled_for_squared": Kind(1, "is something squared here?"),
    "eps_forgotten": Kind(2, "where does eps stand?"),
    "term_forgotten": Kind(2, "count the terms"),
    "divisor_forgotten": Kind(2, "is something divided here?"),
    "parentheses_forgotten": Kind(2, "look at the parentheses"),
    "sign_turned": Kind(2, "look at the sign"),
    "sign_forgotten": Kind(2, "look at the signs"),
    "beta_for_rest": Kind(2, "which share belongs here?"),
    "one_minus_forgotten": Kind(2, "which share belongs here?"),
    "other_beta": Kind(2, "which of the betas belongs here?"),
    "stage_skipped": Kind(2, "is every number from the right column?"),
    "other_counter": Kind(2, "the number of which update?"),
    "x_and_y_swapped": Kind(2, "x or y?"),
    "rounded_too_early": Kind(2, "go on with all the digits that you have written"),
    "upside_down": Kind(2, "what is divided by what?"),
    "power_forgotten": Kind(2, "is there a power?"),
    "times_for_power": Kind(2, "a power is no product"),
    "other_case": Kind(2, "which case is this?"),
    "max_and_min_swapped": Kind(2, "the larger or the smaller?"),
    "one_side_taken": Kind(2, "the larger or the smaller?"),
    "function_forgotten": Kind(2, "is every function of the formula applied?"),
    "times_for_divided": Kind(3, "times or divided by?"),
    "divided_for_times": Kind(3, "times or divided by?"),
    "point_shifted": Kind(3, "look at the decimal point"),
    "digits_swapped": Kind(3, "look at the digits that you typed"),
}
