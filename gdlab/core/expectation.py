"""A hint for the compiler, used only in compiled code."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def seldom(_typing: Any, condition: Any) -> Any:
    """The condition itself, with a hint to the compiler that it is seldom true.

    Without the hint LLVM computes both values of a choice, and every row waits for the slower one.
    """

    def compute(_: Any, builder: Any, signature: Any, given: Any) -> Any:
        bit = ir.IntType(1)
        kind = ir.FunctionType(bit, [bit, bit])
        expect = builder.module.declare_intrinsic("llvm.expect", [bit], kind)
        return builder.call(expect, [*given, bit(0)])

    return types.boolean(condition), compute
