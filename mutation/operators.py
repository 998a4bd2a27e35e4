"""Faults that mutmut does not make by itself: a condition turned round, the other end of a choice."""

from collections.abc import Iterable

import libcst as cst

_OTHERS = {"all": "any", "any": "all", "max": "min", "min": "max"}


def turned_round(node: cst.If | cst.CompIf | cst.IfExp | cst.While) -> Iterable[cst.CSTNode]:
    """`if x` as `if not x`, where mutmut would leave it: it turns comparisons, `and`, `or` and `not` itself."""
    if not isinstance(node.test, cst.Comparison | cst.UnaryOperation):
        test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


def other_end(node: cst.Call) -> Iterable[cst.CSTNode]:
    """`min` for `max`, `any` for `all`, and the other way about."""
    if isinstance(node.func, cst.Name) and node.func.value in _OTHERS:
        yield node.with_changes(func=cst.Name(_OTHERS[node.func.value]))


OPERATORS = [
    (cst.If, turned_round),
    (cst.CompIf, turned_round),
    (cst.IfExp, turned_round),
    (cst.While, turned_round),
    (cst.Call, other_end),
]
