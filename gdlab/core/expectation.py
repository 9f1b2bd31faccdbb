"""A hint for the compiler, which only compiled code needs."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def seldom(_typing: Any, condition: Any) -> Any:
    """The condition itself; the compiled code may expect that it does not hold.

    Without it LLVM computes both values of a choice, and every row waits for the longer of them.
    """

    def compute(_: Any, builder: Any, signature: Any, given: Any) -> Any:
        bit = ir.IntType(1)
        kind = ir.FunctionType(bit, [bit, bit])
        expect = builder.module.declare_intrinsic("llvm.expect", [bit], kind)
        return builder.call(expect, [*given, bit(0)])

    return types.boolean(condition), compute
