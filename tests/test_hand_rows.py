"""The first three rows of every rule, typed by hand from the paper or article that the rule cites.

The points are (14, 58), (86, 202), (28, 86), and both parameters start at 1. Each test is written
as its source writes it, so the last bits may differ: 1e-12 relative is asked for.
b and m are intercept and slope, gb and gm their gradients; the digit is the number of the update.
"""

from math import sqrt

import pytest

import gdlab
from gdlab.core import registry


def assert_rows(run, **typed):
    for column, values in typed.items():
        found = run.column(column)[:3].tolist()
        assert found == pytest.approx(values, rel=1e-12, abs=0), column


def test_every_rule_is_typed_here():
    tests = {name.removesuffix("_by_hand") for name in globals() if name.endswith("_by_hand")}
    built_in = {f"test_{function.__name__}" for function in registry.BUILT_IN_RULES}
    assert tests == built_in


def test_sgd_by_hand():
    # Robbins & Monro 1951: x_{n+1} = x_n - a_n g_n; the gradients as the Excel lesson types them:
    # de/db = 2 (b + m x - y), de/dm = de/db x.
    gb1 = 2 * (1 + 1 * 14 - 58)
    gm1 = 2 * (1 + 1 * 14 - 58) * 14
    assert (gb1, gm1) == (-86, -1204)
    b2 = 1 - 0.0001 * gb1
    m2 = 1 - 0.0001 * gm1
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    b3 = b2 - 0.0001 * gb2
    m3 = m2 - 0.0001 * gm2
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    b4 = b3 - 0.0001 * gb3
    m4 = m3 - 0.0001 * gm3
    assert_rows(
        gdlab.trace("sgd"),
        x=[14, 86, 28],
        y=[58, 202, 86],
        intercept=[1, b2, b3],
        slope=[1, m2, m3],
        y_pred=[15, b2 + m2 * 86, b3 + m3 * 28],
        error=[-43, gb2 / 2, gb3 / 2],
        err2=[1849, gb2 * gb2 / 4, gb3 * gb3 / 4],
        grad_intercept=[gb1, gb2, gb3],
        grad_slope=[gm1, gm2, gm3],
        step_intercept=[0.0001 * gb1, 0.0001 * gb2, 0.0001 * gb3],
        step_slope=[0.0001 * gm1, 0.0001 * gm2, 0.0001 * gm3],
        new_intercept=[b2, b3, b4],
        new_slope=[m2, m3, m4],
    )


def test_momentum_by_hand():
    # Kingma & Ba 2015, algorithm 1: m_t = beta m_{t-1} + (1 - beta) g_t, from 0; beta is 0.9.
    ab1, am1 = 0.1 * -86, 0.1 * -1204
    b2, m2 = 1 - 0.0001 * ab1, 1 - 0.0001 * am1
    gb2 = 2 * (b2 + m2 * 86 - 202)
    ab2, am2 = 0.9 * ab1 + 0.1 * gb2, 0.9 * am1 + 0.1 * (gb2 * 86)
    b3, m3 = b2 - 0.0001 * ab2, m2 - 0.0001 * am2
    gb3 = 2 * (b3 + m3 * 28 - 86)
    ab3, am3 = 0.9 * ab2 + 0.1 * gb3, 0.9 * am2 + 0.1 * (gb3 * 28)
    assert_rows(
        gdlab.trace("momentum"),
        avg_intercept=[ab1, ab2, ab3],
        avg_slope=[am1, am2, am3],
        new_intercept=[b2, b3, b3 - 0.0001 * ab3],
        new_slope=[m2, m3, m3 - 0.0001 * am3],
    )


def test_heavy_ball_by_hand():
    # Polyak 1964: x_{n+1} = x_n - a g_n + 0.9 (x_n - x_{n-1}), with no velocity written at all.
    b2, m2 = 1 + 0.00001 * 86, 1 + 0.00001 * 1204
    gb2 = 2 * (b2 + m2 * 86 - 202)
    b3 = b2 - 0.00001 * gb2 + 0.9 * (b2 - 1)
    m3 = m2 - 0.00001 * (gb2 * 86) + 0.9 * (m2 - 1)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    b4 = b3 - 0.00001 * gb3 + 0.9 * (b3 - b2)
    m4 = m3 - 0.00001 * (gb3 * 28) + 0.9 * (m3 - m2)
    assert_rows(
        gdlab.trace("heavy_ball"),
        velocity_intercept=[-86, 0.9 * -86 + gb2, 0.9 * (0.9 * -86 + gb2) + gb3],
        velocity_slope=[-1204, 0.9 * -1204 + gb2 * 86, 0.81 * -1204 + 0.9 * (gb2 * 86) + gb3 * 28],
        new_intercept=[b2, b3, b4],
        new_slope=[m2, m3, m4],
    )


def test_rmsprop_by_hand():
    # Tieleman & Hinton 2012, slide 29: MeanSquare(w, t) = 0.9 MeanSquare(w, t-1) + 0.1 g^2, then
    # the gradient is divided by its root. lr is 0.1; eps 1e-8 outside the root.
    sb1, sm1 = 0.1 * 86 * 86, 0.1 * 1204 * 1204
    b2 = 1 + 0.1 * 86 / (sqrt(sb1) + 1e-8)
    m2 = 1 + 0.1 * 1204 / (sqrt(sm1) + 1e-8)
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    sb2, sm2 = 0.9 * sb1 + 0.1 * gb2 * gb2, 0.9 * sm1 + 0.1 * gm2 * gm2
    b3 = b2 - 0.1 * gb2 / (sqrt(sb2) + 1e-8)
    m3 = m2 - 0.1 * gm2 / (sqrt(sm2) + 1e-8)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    sb3, sm3 = 0.9 * sb2 + 0.1 * gb3 * gb3, 0.9 * sm2 + 0.1 * gm3 * gm3
    assert_rows(
        gdlab.trace("rmsprop"),
        sqr_avg_intercept=[sb1, sb2, sb3],
        sqr_avg_slope=[sm1, sm2, sm3],
        new_intercept=[b2, b3, b3 - 0.1 * gb3 / (sqrt(sb3) + 1e-8)],
        new_slope=[m2, m3, m3 - 0.1 * gm3 / (sqrt(sm3) + 1e-8)],
    )


def test_rmsprop_eps_inside_by_hand():
    # Ruder 2016, 4.5: E[g2]_t = 0.9 E[g2]_{t-1} + 0.1 g2_t; theta -= eta / sqrt(E[g2]_t + eps) g_t.
    # A large eps, so that where it stands shows in the first digits.
    sb1, sm1 = 0.1 * 86**2, 0.1 * 1204**2
    b2 = 1 + 0.1 / sqrt(sb1 + 1000) * 86
    m2 = 1 + 0.1 / sqrt(sm1 + 1000) * 1204
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    sb2, sm2 = 0.9 * sb1 + 0.1 * gb2**2, 0.9 * sm1 + 0.1 * gm2**2
    b3 = b2 - 0.1 / sqrt(sb2 + 1000) * gb2
    m3 = m2 - 0.1 / sqrt(sm2 + 1000) * gm2
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    sb3, sm3 = 0.9 * sb2 + 0.1 * gb3**2, 0.9 * sm2 + 0.1 * gm3**2
    assert_rows(
        gdlab.trace("rmsprop_eps_inside", eps=1000),
        sqr_avg_intercept=[sb1, sb2, sb3],
        sqr_avg_slope=[sm1, sm2, sm3],
        new_intercept=[b2, b3, b3 - 0.1 / sqrt(sb3 + 1000) * gb3],
        new_slope=[m2, m3, m3 - 0.1 / sqrt(sm3 + 1000) * gm3],
    )
    first = gdlab.trace("rmsprop_eps_inside").column("new_intercept")[0]
    assert first == pytest.approx(1 + 0.1 / sqrt(0.1 * 86**2 + 1e-8) * 86, rel=1e-12)


def test_rmsprop_lesson_by_hand():
    # The lesson's sheet: new b = b - lr * de/db / SQRT(average of the row above); it starts at
    # 10000, so the first divisor is 100. lr is 0.02, beta 0.9.
    b2, m2 = 1 + 0.02 * 86 / 100, 1 + 0.02 * 1204 / 100
    sb1, sm1 = 0.9 * 10000 + 0.1 * 7396, 0.9 * 10000 + 0.1 * 1449616
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    b3, m3 = b2 - 0.02 * gb2 / sqrt(sb1), m2 - 0.02 * gm2 / sqrt(sm1)
    sb2, sm2 = 0.9 * sb1 + 0.1 * gb2**2, 0.9 * sm1 + 0.1 * gm2**2
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    b4, m4 = b3 - 0.02 * gb3 / sqrt(sb2), m3 - 0.02 * gm3 / sqrt(sm2)
    assert_rows(
        gdlab.trace("rmsprop_lesson"),
        sqr_avg_intercept=[sb1, sb2, 0.9 * sb2 + 0.1 * gb3**2],
        sqr_avg_slope=[sm1, sm2, 0.9 * sm2 + 0.1 * gm3**2],
        new_intercept=[b2, b3, b4],
        new_slope=[m2, m3, m4],
    )


def test_rmsprop_centered_by_hand():
    # Graves 2013: n = 0.95 n + 0.05 g^2, a = 0.95 a + 0.05 g,
    # Delta = 0.9 Delta - 0.0001 g / sqrt(n - a^2 + 0.0001). One point makes g easy: x = 1, y = 0.
    g1 = 2 * (1 + 1)
    n1, a1 = 0.05 * 16, 0.05 * 4
    d1 = -0.0001 * 4 / sqrt(n1 - a1**2 + 0.0001)
    assert g1 == 4
    g2 = 2 * (2 + 2 * d1)
    n2, a2 = 0.95 * n1 + 0.05 * g2**2, 0.95 * a1 + 0.05 * g2
    d2 = 0.9 * d1 - 0.0001 * g2 / sqrt(n2 - a2**2 + 0.0001)
    g3 = 2 * (2 + 2 * (d1 + d2))
    n3, a3 = 0.95 * n2 + 0.05 * g3**2, 0.95 * a2 + 0.05 * g3
    d3 = 0.9 * d2 - 0.0001 * g3 / sqrt(n3 - a3**2 + 0.0001)
    assert_rows(
        gdlab.trace("rmsprop_centered", [(1, 0)], epochs=3),
        grad_slope=[4, g2, g3],
        sqr_avg_slope=[n1, n2, n3],
        avg_slope=[a1, a2, a3],
        variance_slope=[n1 - a1**2, n2 - a2**2, n3 - a3**2],
        step_slope=[-d1, -d2, -d3],
        new_intercept=[1 + d1, 1 + d1 + d2, 1 + d1 + d2 + d3],
    )


def test_adam_by_hand():
    # Kingma & Ba 2015, algorithm 1, with its own settings. In the first step m-hat is g, v-hat g^2.
    b2 = 1 - 0.001 * -86 / (86 + 1e-8)
    m2 = 1 - 0.001 * -1204 / (1204 + 1e-8)
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    mb2, mm2 = 0.9 * (0.1 * -86) + 0.1 * gb2, 0.9 * (0.1 * -1204) + 0.1 * gm2
    vb2, vm2 = 0.999 * (0.001 * 7396) + 0.001 * gb2**2, 0.999 * (0.001 * 1449616) + 0.001 * gm2**2
    b3 = b2 - 0.001 * (mb2 / 0.19) / (sqrt(vb2 / 0.001999) + 1e-8)
    m3 = m2 - 0.001 * (mm2 / 0.19) / (sqrt(vm2 / 0.001999) + 1e-8)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    mb3, mm3 = 0.9 * mb2 + 0.1 * gb3, 0.9 * mm2 + 0.1 * gm3
    vb3, vm3 = 0.999 * vb2 + 0.001 * gb3**2, 0.999 * vm2 + 0.001 * gm3**2
    b4 = b3 - 0.001 * (mb3 / 0.271) / (sqrt(vb3 / 0.002997001) + 1e-8)
    m4 = m3 - 0.001 * (mm3 / 0.271) / (sqrt(vm3 / 0.002997001) + 1e-8)
    assert_rows(
        gdlab.trace("adam"),
        avg_intercept=[-8.6, mb2, mb3],
        avg_slope=[-120.4, mm2, mm3],
        sqr_avg_intercept=[7.396, vb2, vb3],
        sqr_avg_slope=[1449.616, vm2, vm3],
        avg_hat_intercept=[-86, mb2 / 0.19, mb3 / 0.271],
        avg_hat_slope=[-1204, mm2 / 0.19, mm3 / 0.271],
        sqr_avg_hat_intercept=[7396, vb2 / 0.001999, vb3 / 0.002997001],
        sqr_avg_hat_slope=[1449616, vm2 / 0.001999, vm3 / 0.002997001],
        new_intercept=[b2, b3, b4],
        new_slope=[m2, m3, m4],
    )


def test_adam_eps_hat_by_hand():
    # Kingma & Ba 2015, end of section 2: alpha_t = alpha sqrt(1 - beta2^t) / (1 - beta1^t), and
    # theta = theta - alpha_t m / (sqrt(v) + eps-hat). 1e-3 makes eps-hat count.
    e = 1e-3
    b2 = 1 - 0.001 * sqrt(0.001) / 0.1 * -8.6 / (sqrt(7.396) + e)
    m2 = 1 - 0.001 * sqrt(0.001) / 0.1 * -120.4 / (sqrt(1449.616) + e)
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    mb2, mm2 = 0.9 * -8.6 + 0.1 * gb2, 0.9 * -120.4 + 0.1 * gm2
    vb2, vm2 = 0.999 * 7.396 + 0.001 * gb2**2, 0.999 * 1449.616 + 0.001 * gm2**2
    b3 = b2 - 0.001 * sqrt(0.001999) / 0.19 * mb2 / (sqrt(vb2) + e)
    m3 = m2 - 0.001 * sqrt(0.001999) / 0.19 * mm2 / (sqrt(vm2) + e)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    mb3, mm3 = 0.9 * mb2 + 0.1 * gb3, 0.9 * mm2 + 0.1 * gm3
    vb3, vm3 = 0.999 * vb2 + 0.001 * gb3**2, 0.999 * vm2 + 0.001 * gm3**2
    b4 = b3 - 0.001 * sqrt(0.002997001) / 0.271 * mb3 / (sqrt(vb3) + e)
    m4 = m3 - 0.001 * sqrt(0.002997001) / 0.271 * mm3 / (sqrt(vm3) + e)
    assert_rows(
        gdlab.trace("adam_eps_hat", eps=e),
        avg_intercept=[-8.6, mb2, mb3],
        avg_slope=[-120.4, mm2, mm3],
        sqr_avg_intercept=[7.396, vb2, vb3],
        sqr_avg_slope=[1449.616, vm2, vm3],
        new_intercept=[b2, b3, b4],
        new_slope=[m2, m3, m4],
    )
    # Without eps the order of the operations is all that differs from algorithm 1.
    plain = gdlab.trace("adam", eps=0).final
    assert gdlab.trace("adam_eps_hat", eps=0).final == pytest.approx(plain, rel=1e-12)


def test_adam_lesson_by_hand():
    # The lesson's sheet: new b = b - lr * avg_b / SQRT(sq_b) of the same row;
    # both betas 0.9, lr 0.1.
    b2 = 1 + 0.1 * 8.6 / sqrt(739.6)
    m2 = 1 + 0.1 * 120.4 / sqrt(144961.6)
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    ab2, am2 = 0.9 * -8.6 + 0.1 * gb2, 0.9 * -120.4 + 0.1 * gm2
    sb2, sm2 = 0.9 * 739.6 + 0.1 * gb2**2, 0.9 * 144961.6 + 0.1 * gm2**2
    b3, m3 = b2 - 0.1 * ab2 / sqrt(sb2), m2 - 0.1 * am2 / sqrt(sm2)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    ab3, am3 = 0.9 * ab2 + 0.1 * gb3, 0.9 * am2 + 0.1 * gm3
    sb3, sm3 = 0.9 * sb2 + 0.1 * gb3**2, 0.9 * sm2 + 0.1 * gm3**2
    assert_rows(
        gdlab.trace("adam_lesson"),
        avg_intercept=[-8.6, ab2, ab3],
        avg_slope=[-120.4, am2, am3],
        sqr_avg_intercept=[739.6, sb2, sb3],
        sqr_avg_slope=[144961.6, sm2, sm3],
        new_intercept=[b2, b3, b3 - 0.1 * ab3 / sqrt(sb3)],
        new_slope=[m2, m3, m3 - 0.1 * am3 / sqrt(sm3)],
    )


def test_adagrad_lesson_by_hand():
    # The older sheet: gradient * lr / d, d the same through an epoch: 10000 in the first, then
    # SQRT(SUMSQ(the epoch's gradients)) / COUNT.
    b2, m2 = 1 + 86 * 0.001 / 10000, 1 + 1204 * 0.001 / 10000
    gb2 = 2 * (b2 + m2 * 86 - 202)
    b3, m3 = b2 - gb2 * 0.001 / 10000, m2 - gb2 * 86 * 0.001 / 10000
    gb3 = 2 * (b3 + m3 * 28 - 86)
    run = gdlab.trace("adagrad_lesson", [(14, 58), (86, 202), (28, 86)], epochs=2)
    assert_rows(
        run,
        divisor_intercept=[10000, 10000, 10000],
        divisor_slope=[10000, 10000, 10000],
        sum_sqr_intercept=[7396, 7396 + gb2**2, 7396 + gb2**2 + gb3**2],
        new_intercept=[b2, b3, b3 - gb3 * 0.001 / 10000],
        new_slope=[m2, m3, m3 - gb3 * 28 * 0.001 / 10000],
    )
    db = sqrt(86**2 + gb2**2 + gb3**2) / 3
    dm = sqrt(1204**2 + (gb2 * 86) ** 2 + (gb3 * 28) ** 2) / 3
    b4, m4 = b3 - gb3 * 0.001 / 10000, m3 - gb3 * 28 * 0.001 / 10000
    gb4 = 2 * (b4 + m4 * 14 - 58)
    second = [run.column(name)[3] for name in ("divisor_intercept", "divisor_slope")]
    assert second == pytest.approx([db, dm], rel=1e-12)
    assert run.column("divisor_slope")[5] == run.column("divisor_slope")[3]
    assert run.column("new_intercept")[3] == pytest.approx(b4 - gb4 * 0.001 / db, rel=1e-12)
    assert run.column("new_slope")[3] == pytest.approx(m4 - gb4 * 14 * 0.001 / dm, rel=1e-12)


def test_nesterov_by_hand():
    # torch.optim.SGD(nesterov=True): v = 0.9 v + g; the step is lr (g + 0.9 v); v starts as g.
    b2, m2 = 1 + 0.00001 * 1.9 * 86, 1 + 0.00001 * 1.9 * 1204
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    vb2, vm2 = 0.9 * -86 + gb2, 0.9 * -1204 + gm2
    b3, m3 = b2 - 0.00001 * (gb2 + 0.9 * vb2), m2 - 0.00001 * (gm2 + 0.9 * vm2)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    vb3, vm3 = 0.9 * vb2 + gb3, 0.9 * vm2 + gm3
    assert_rows(
        gdlab.trace("nesterov"),
        velocity_intercept=[-86, vb2, vb3],
        velocity_slope=[-1204, vm2, vm3],
        new_intercept=[b2, b3, b3 - 0.00001 * (gb3 + 0.9 * vb3)],
        new_slope=[m2, m3, m3 - 0.00001 * (gm3 + 0.9 * vm3)],
    )


def test_adagrad_by_hand():
    # Duchi, Hazan & Singer 2011: the gradient over the root of the sum of all squares
    # so far; lr 0.5.
    b2, m2 = 1 + 0.5 * 86 / (86 + 1e-10), 1 + 0.5 * 1204 / (1204 + 1e-10)
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    b3 = b2 - 0.5 * gb2 / (sqrt(86**2 + gb2**2) + 1e-10)
    m3 = m2 - 0.5 * gm2 / (sqrt(1204**2 + gm2**2) + 1e-10)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    b4 = b3 - 0.5 * gb3 / (sqrt(86**2 + gb2**2 + gb3**2) + 1e-10)
    m4 = m3 - 0.5 * gm3 / (sqrt(1204**2 + gm2**2 + gm3**2) + 1e-10)
    assert_rows(
        gdlab.trace("adagrad"),
        sum_sqr_intercept=[7396, 7396 + gb2**2, 7396 + gb2**2 + gb3**2],
        sum_sqr_slope=[1449616, 1449616 + gm2**2, 1449616 + gm2**2 + gm3**2],
        new_intercept=[b2, b3, b4],
        new_slope=[m2, m3, m4],
    )
    wide = gdlab.trace("adagrad", eps=10).column("new_intercept")[0]
    assert wide == pytest.approx(1 + 0.5 * 86 / 96, rel=1e-12)


def test_adadelta_by_hand():
    # Zeiler 2012, algorithm 1: dx = -RMS[dx]_{t-1} / RMS[g]_t g_t, RMS[z] = sqrt(E[z^2] + 1e-6),
    # here with rho 0.9. E[dx^2] takes the new dx in afterwards.
    db1 = -sqrt(1e-6) / sqrt(739.6 + 1e-6) * -86
    dm1 = -sqrt(1e-6) / sqrt(144961.6 + 1e-6) * -1204
    b2, m2 = 1 + db1, 1 + dm1
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    eb2, em2 = 0.9 * 739.6 + 0.1 * gb2**2, 0.9 * 144961.6 + 0.1 * gm2**2
    db2 = -sqrt(0.1 * db1**2 + 1e-6) / sqrt(eb2 + 1e-6) * gb2
    dm2 = -sqrt(0.1 * dm1**2 + 1e-6) / sqrt(em2 + 1e-6) * gm2
    b3, m3 = b2 + db2, m2 + dm2
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    eb3, em3 = 0.9 * eb2 + 0.1 * gb3**2, 0.9 * em2 + 0.1 * gm3**2
    db3 = -sqrt(0.09 * db1**2 + 0.1 * db2**2 + 1e-6) / sqrt(eb3 + 1e-6) * gb3
    dm3 = -sqrt(0.09 * dm1**2 + 0.1 * dm2**2 + 1e-6) / sqrt(em3 + 1e-6) * gm3
    assert_rows(
        gdlab.trace("adadelta"),
        sqr_avg_intercept=[739.6, eb2, eb3],
        sqr_avg_slope=[144961.6, em2, em3],
        sqr_step_intercept=[
            0.1 * db1**2,
            0.09 * db1**2 + 0.1 * db2**2,
            0.081 * db1**2 + 0.09 * db2**2 + 0.1 * db3**2,
        ],
        delta_slope=[-dm1, -dm2, -dm3],
        step_intercept=[-db1, -db2, -db3],
        new_intercept=[b2, b3, b3 + db3],
        new_slope=[m2, m3, m3 + dm3],
    )
    halved = gdlab.trace("adadelta", lr=0.5).column("new_intercept")[0]
    assert halved == pytest.approx(1 + 0.5 * db1, rel=1e-12)


def test_adamax_by_hand():
    # Kingma & Ba 2015, algorithm 2: u_t = max(0.999 u_{t-1}, |g_t|),
    # theta -= a/(1 - 0.9^t) m_t/u_t.
    # The gradient of row 2 is larger than that of row 1, the gradient of row 3 smaller: both arms.
    # torch adds 1e-8 to |g|.
    b2 = 1 - 0.002 / 0.1 * (0.1 * -86) / (86 + 1e-8)
    m2 = 1 - 0.002 / 0.1 * (0.1 * -1204) / (1204 + 1e-8)
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    mb2, mm2 = 0.9 * -8.6 + 0.1 * gb2, 0.9 * -120.4 + 0.1 * gm2
    ub2, um2 = -gb2 + 1e-8, -gm2 + 1e-8
    b3, m3 = b2 - 0.002 / 0.19 * mb2 / ub2, m2 - 0.002 / 0.19 * mm2 / um2
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    mb3, mm3 = 0.9 * mb2 + 0.1 * gb3, 0.9 * mm2 + 0.1 * gm3
    ub3, um3 = 0.999 * ub2, 0.999 * um2
    assert ub2 > 86
    assert ub3 > abs(gb3)
    assert_rows(
        gdlab.trace("adamax"),
        avg_intercept=[-8.6, mb2, mb3],
        avg_slope=[-120.4, mm2, mm3],
        max_abs_intercept=[86 + 1e-8, ub2, ub3],
        max_abs_slope=[1204 + 1e-8, um2, um3],
        new_intercept=[b2, b3, b3 - 0.002 / 0.271 * mb3 / ub3],
        new_slope=[m2, m3, m3 - 0.002 / 0.271 * mm3 / um3],
    )


def test_nadam_by_hand():
    # Dozat 2016, algorithm 2, with its section 3's mu_t = 0.9 (1 - 0.5 * 0.96^(0.004 t)):
    # m-hat = mu_{t+1} m_t / (1 - mu_1 ... mu_{t+1}) + (1 - mu_t) g_t / (1 - mu_1 ... mu_t).
    mu1 = 0.9 * (1 - 0.5 * 0.96**0.004)
    mu2 = 0.9 * (1 - 0.5 * 0.96**0.008)
    mu3 = 0.9 * (1 - 0.5 * 0.96**0.012)
    mu4 = 0.9 * (1 - 0.5 * 0.96**0.016)
    hb1 = mu2 * -8.6 / (1 - mu1 * mu2) + (1 - mu1) * -86 / (1 - mu1)
    hm1 = mu2 * -120.4 / (1 - mu1 * mu2) + (1 - mu1) * -1204 / (1 - mu1)
    b2, m2 = 1 - 0.002 * hb1 / (86 + 1e-8), 1 - 0.002 * hm1 / (1204 + 1e-8)
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    ab2, am2 = 0.9 * -8.6 + 0.1 * gb2, 0.9 * -120.4 + 0.1 * gm2
    vb2, vm2 = 0.999 * 7.396 + 0.001 * gb2**2, 0.999 * 1449.616 + 0.001 * gm2**2
    hb2 = mu3 * ab2 / (1 - mu1 * mu2 * mu3) + (1 - mu2) * gb2 / (1 - mu1 * mu2)
    hm2 = mu3 * am2 / (1 - mu1 * mu2 * mu3) + (1 - mu2) * gm2 / (1 - mu1 * mu2)
    b3 = b2 - 0.002 * hb2 / (sqrt(vb2 / 0.001999) + 1e-8)
    m3 = m2 - 0.002 * hm2 / (sqrt(vm2 / 0.001999) + 1e-8)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    ab3, am3 = 0.9 * ab2 + 0.1 * gb3, 0.9 * am2 + 0.1 * gm3
    vb3, vm3 = 0.999 * vb2 + 0.001 * gb3**2, 0.999 * vm2 + 0.001 * gm3**2
    hb3 = mu4 * ab3 / (1 - mu1 * mu2 * mu3 * mu4) + (1 - mu3) * gb3 / (1 - mu1 * mu2 * mu3)
    hm3 = mu4 * am3 / (1 - mu1 * mu2 * mu3 * mu4) + (1 - mu3) * gm3 / (1 - mu1 * mu2 * mu3)
    b4 = b3 - 0.002 * hb3 / (sqrt(vb3 / 0.002997001) + 1e-8)
    m4 = m3 - 0.002 * hm3 / (sqrt(vm3 / 0.002997001) + 1e-8)
    assert_rows(
        gdlab.trace("nadam"),
        mu_product_intercept=[mu1, mu1 * mu2, mu1 * mu2 * mu3],
        mu_product_slope=[mu1, mu1 * mu2, mu1 * mu2 * mu3],
        avg_hat_intercept=[hb1, hb2, hb3],
        avg_hat_slope=[hm1, hm2, hm3],
        sqr_avg_hat_intercept=[7396, vb2 / 0.001999, vb3 / 0.002997001],
        new_intercept=[b2, b3, b4],
        new_slope=[m2, m3, m4],
    )


def test_amsgrad_by_hand():
    # Reddi, Kale & Kumar 2018, algorithm 2: the largest v so far divides; corrected as in torch.
    # beta2 is 0.5, so that v falls in row 3 and the largest one stays that of row 2.
    b2, m2 = 1 + 0.001 * 86 / (86 + 1e-8), 1 + 0.001 * 1204 / (1204 + 1e-8)
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    mb2, mm2 = 0.9 * -8.6 + 0.1 * gb2, 0.9 * -120.4 + 0.1 * gm2
    vb2, vm2 = 0.5 * 3698 + 0.5 * gb2**2, 0.5 * 724808 + 0.5 * gm2**2
    b3 = b2 - 0.001 * (mb2 / 0.19) / (sqrt(vb2 / 0.75) + 1e-8)
    m3 = m2 - 0.001 * (mm2 / 0.19) / (sqrt(vm2 / 0.75) + 1e-8)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    mb3, mm3 = 0.9 * mb2 + 0.1 * gb3, 0.9 * mm2 + 0.1 * gm3
    assert 0.5 * vb2 + 0.5 * gb3**2 < vb2
    b4 = b3 - 0.001 * (mb3 / 0.271) / (sqrt(vb2 / 0.875) + 1e-8)
    m4 = m3 - 0.001 * (mm3 / 0.271) / (sqrt(vm2 / 0.875) + 1e-8)
    assert_rows(
        gdlab.trace("amsgrad", beta2=0.5),
        sqr_avg_intercept=[3698, vb2, 0.5 * vb2 + 0.5 * gb3**2],
        max_sqr_avg_intercept=[3698, vb2, vb2],
        max_sqr_avg_slope=[724808, vm2, vm2],
        new_intercept=[b2, b3, b4],
        new_slope=[m2, m3, m4],
    )
    first = gdlab.trace("amsgrad").column("sqr_avg_intercept")[0]
    assert first == pytest.approx(0.001 * 86**2, rel=1e-12)


def test_adamw_by_hand():
    # Loshchilov & Hutter 2019, algorithm 2, line 12: Adam's step and lambda theta, beside it; the
    # decay is not in the averages. lambda is 0.01, lr 0.001.
    b2 = 1 - 0.001 * (-86 / (86 + 1e-8) + 0.01 * 1)
    m2 = 1 - 0.001 * (-1204 / (1204 + 1e-8) + 0.01 * 1)
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    mb2, mm2 = 0.9 * -8.6 + 0.1 * gb2, 0.9 * -120.4 + 0.1 * gm2
    vb2, vm2 = 0.999 * 7.396 + 0.001 * gb2**2, 0.999 * 1449.616 + 0.001 * gm2**2
    b3 = b2 - 0.001 * (mb2 / 0.19 / (sqrt(vb2 / 0.001999) + 1e-8) + 0.01 * b2)
    m3 = m2 - 0.001 * (mm2 / 0.19 / (sqrt(vm2 / 0.001999) + 1e-8) + 0.01 * m2)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    mb3, mm3 = 0.9 * mb2 + 0.1 * gb3, 0.9 * mm2 + 0.1 * gm3
    vb3, vm3 = 0.999 * vb2 + 0.001 * gb3**2, 0.999 * vm2 + 0.001 * gm3**2
    b4 = b3 - 0.001 * (mb3 / 0.271 / (sqrt(vb3 / 0.002997001) + 1e-8) + 0.01 * b3)
    m4 = m3 - 0.001 * (mm3 / 0.271 / (sqrt(vm3 / 0.002997001) + 1e-8) + 0.01 * m3)
    assert_rows(
        gdlab.trace("adamw"),
        avg_intercept=[-8.6, mb2, mb3],
        sqr_avg_slope=[1449.616, vm2, vm3],
        new_intercept=[b2, b3, b4],
        new_slope=[m2, m3, m4],
    )


def test_adabelief_by_hand():
    # Zhuang et al. 2020, algorithm 2: s = beta2 s + (1 - beta2) (g - m)^2 + eps, both corrected,
    # theta = theta - alpha m-hat / (sqrt(s-hat) + eps). 1e-3 makes eps count.
    e = 1e-3
    sb1, sm1 = 0.001 * 77.4**2 + e, 0.001 * 1083.6**2 + e
    b2 = 1 - 0.001 * -86 / (sqrt(sb1 / 0.001) + e)
    m2 = 1 - 0.001 * -1204 / (sqrt(sm1 / 0.001) + e)
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    mb2, mm2 = 0.9 * -8.6 + 0.1 * gb2, 0.9 * -120.4 + 0.1 * gm2
    sb2 = 0.999 * sb1 + 0.001 * (gb2 - mb2) ** 2 + e
    sm2 = 0.999 * sm1 + 0.001 * (gm2 - mm2) ** 2 + e
    b3 = b2 - 0.001 * (mb2 / 0.19) / (sqrt(sb2 / 0.001999) + e)
    m3 = m2 - 0.001 * (mm2 / 0.19) / (sqrt(sm2 / 0.001999) + e)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    gm3 = gb3 * 28
    mb3, mm3 = 0.9 * mb2 + 0.1 * gb3, 0.9 * mm2 + 0.1 * gm3
    sb3 = 0.999 * sb2 + 0.001 * (gb3 - mb3) ** 2 + e
    sm3 = 0.999 * sm2 + 0.001 * (gm3 - mm3) ** 2 + e
    b4 = b3 - 0.001 * (mb3 / 0.271) / (sqrt(sb3 / 0.002997001) + e)
    m4 = m3 - 0.001 * (mm3 / 0.271) / (sqrt(sm3 / 0.002997001) + e)
    assert_rows(
        gdlab.trace("adabelief", eps=e),
        avg_intercept=[-8.6, mb2, mb3],
        avg_slope=[-120.4, mm2, mm3],
        sqr_dev_avg_intercept=[sb1, sb2, sb3],
        sqr_dev_avg_slope=[sm1, sm2, sm3],
        avg_hat_intercept=[-86, mb2 / 0.19, mb3 / 0.271],
        sqr_dev_avg_hat_slope=[sm1 / 0.001, sm2 / 0.001999, sm3 / 0.002997001],
        new_intercept=[b2, b3, b4],
        new_slope=[m2, m3, m4],
    )


def test_lion_by_hand():
    # Chen et al. 2023, algorithm 2: c = 0.9 m + 0.1 g; theta -= lr (sign(c) + lambda theta);
    # m = 0.99 m + 0.01 g. lr is 0.01; lambda 0.5 here, 0 by default.
    b2, m2 = 1 - 0.01 * (-1 + 0.5 * 1), 1 - 0.01 * (-1 + 0.5 * 1)
    gb2 = 2 * (b2 + m2 * 86 - 202)
    gm2 = gb2 * 86
    b3, m3 = b2 - 0.01 * (-1 + 0.5 * b2), m2 - 0.01 * (-1 + 0.5 * m2)
    gb3 = 2 * (b3 + m3 * 28 - 86)
    assert max(gb2, gb3) < 0
    assert_rows(
        gdlab.trace("lion", weight_decay=0.5),
        avg_intercept=[
            -0.86,
            0.99 * -0.86 + 0.01 * gb2,
            0.9801 * -0.86 + 0.0099 * gb2 + 0.01 * gb3,
        ],
        avg_slope=[
            -12.04,
            0.99 * -12.04 + 0.01 * gm2,
            0.9801 * -12.04 + 0.0099 * gm2 + 0.01 * gb3 * 28,
        ],
        direction_intercept=[-1, -1, -1],
        new_intercept=[b2, b3, b3 - 0.01 * (-1 + 0.5 * b3)],
        new_slope=[m2, m3, m3 - 0.01 * (-1 + 0.5 * m3)],
    )
    assert_rows(gdlab.trace("lion"), new_slope=[1.01, 1.02, 1.03])
    # From slope 4 the error of (14, 58) is -1, that of (86, 202) 142.6: c turns upwards.
    falling = gdlab.trace("lion", start={"slope": 4})
    assert_rows(falling, direction_slope=[-1, 1, 1], new_slope=[4.01, 4.00, 3.99])


def hand_rho(t):
    # Liu et al. 2020, algorithm 2 with beta2 = 0.999: rho_inf = 2 / 0.001 - 1 = 1999.
    return 1999 - 2 * t * 0.999**t / (1 - 0.999**t)


def test_radam_by_hand():
    # The first four rows: rho is at most 4, so theta = theta - alpha m-hat. From the fifth on,
    # r = sqrt((rho-4)(rho-2) 1999 / (1995 * 1997 rho)), l = sqrt((1 - beta2^t) / v).
    b, m, mb, vb, mm, vm = 1.0, 1.0, 0.0, 0.0, 0.0, 0.0
    points = [(14, 58), (86, 202), (28, 86), (51, 132), (28, 86), (29, 88)]
    run = gdlab.trace("radam", points, eps=0)
    for t, (x, y) in enumerate(points, 1):
        gb = 2 * (b + m * x - y)
        gm = gb * x
        mb, mm = 0.9 * mb + 0.1 * gb, 0.9 * mm + 0.1 * gm
        vb, vm = 0.999 * vb + 0.001 * gb**2, 0.999 * vm + 0.001 * gm**2
        rho = hand_rho(t)
        if t <= 4:
            assert rho < 4
            b -= 0.001 * mb / (1 - 0.9**t)
            m -= 0.001 * mm / (1 - 0.9**t)
        else:
            assert rho > 4
            r = sqrt((rho - 4) * (rho - 2) * 1999 / (1995 * 1997 * rho))
            b -= 0.001 * r * mb / (1 - 0.9**t) * sqrt((1 - 0.999**t) / vb)
            m -= 0.001 * r * mm / (1 - 0.9**t) * sqrt((1 - 0.999**t) / vm)
            assert run.value("rectifier_slope", t) == pytest.approx(r, rel=1e-9)
        assert run.value("new_intercept", t) == pytest.approx(b, rel=1e-12)
        assert run.value("new_slope", t) == pytest.approx(m, rel=1e-12)


def test_lookahead_by_hand():
    # Zhang et al. 2019, algorithm 1, k = 2, alpha = 0.5: two steps of descent, then half-way back.
    m1 = 1 - 0.0001 * -1204
    b1 = 1 - 0.0001 * -86
    g2 = 2 * (b1 + m1 * 86 - 202)
    m2, b2 = m1 - 0.0001 * g2 * 86, b1 - 0.0001 * g2
    slow_m, slow_b = 1 + 0.5 * (m2 - 1), 1 + 0.5 * (b2 - 1)
    g3 = 2 * (slow_b + slow_m * 28 - 86)
    assert_rows(
        gdlab.trace("lookahead", sync_every=2),
        fast_slope=[m1, m2, slow_m - 0.0001 * g3 * 28],
        slow_slope=[1, slow_m, slow_m],
        slow_intercept=[1, slow_b, slow_b],
        new_slope=[m1, slow_m, slow_m - 0.0001 * g3 * 28],
        new_intercept=[b1, slow_b, slow_b - 0.0001 * g3],
    )


def test_ranger_by_hand():
    # radam with beta1 = 0.95 inside lookahead: plain corrected averages first, then half-way back.
    # The points are all (1, 0), so both parameters stay equal: g = 4 theta.
    theta, avg, fast = 1.0, 0.0, []
    for t in range(1, 4):
        avg = 0.95 * avg + 0.05 * 4 * theta
        theta -= 0.001 * avg / (1 - 0.95**t)
        fast.append(theta)
        if t == 3:
            theta = 1 + 0.5 * (theta - 1)
    assert_rows(
        gdlab.trace("ranger", [(1, 0)], epochs=3, sync_every=3),
        fast_slope=fast,
        slow_slope=[1, 1, theta],
        new_slope=[fast[0], fast[1], theta],
    )
    # Once rectified, the fast way is radam's.
    one = gdlab.trace("ranger", epochs=2, sync_every=1000, beta1=0.9, eps=1e-8)
    other = gdlab.trace("radam", epochs=2, rho_over=5)
    assert one.final == pytest.approx(other.final, rel=1e-12)
