"""A copy of the project laid out as mutmut wants it: the package below `src/`, no decorators in the way.

mutmut leaves decorated functions alone. In the copy a property hands on to a method of its own, and what is
only remembered (`lru_cache`) is computed each time: the behaviour is the same, and both can be mutated.
"""

import shutil
from pathlib import Path

import libcst as cst

ROOT = Path(__file__).parents[1]
WORKSHOP = ROOT / "build" / "mutants"
_MEMORIES = {"cache", "lru_cache"}


def prepare(modules: list[str]) -> None:
    """The workshop anew, with the modules to mutate freed of their decorators."""
    shutil.rmtree(WORKSHOP, ignore_errors=True)
    ignore = shutil.ignore_patterns("__pycache__", "node_modules")
    shutil.copytree(ROOT / "functions" / "chalicelib", WORKSHOP / "src" / "chalicelib", ignore=ignore)
    for name in ("tests", "site", "staff"):
        shutil.copytree(ROOT / name, WORKSHOP / name, ignore=ignore)
    (WORKSHOP / "functions").mkdir()
    for path in (ROOT / "functions").glob("*.yml"):
        shutil.copy2(path, WORKSHOP / "functions")
    shutil.copy2(ROOT / "pyproject.toml", WORKSHOP)
    for module in modules:
        path = WORKSHOP / module
        path.write_text(undecorated(path.read_text(encoding="utf-8")), encoding="utf-8")


def undecorated(code: str) -> str:
    """The same module, each function's own code without a decorator."""
    return cst.parse_module(code).visit(_Undecorated()).code


class _Undecorated(cst.CSTTransformer):
    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.FunctionDef]:
        names = {_name(decorator) for decorator in updated_node.decorators}
        if names and names <= _MEMORIES:
            return updated_node.with_changes(decorators=())
        if names == {"property"}:
            method = f"{updated_node.name.value.lstrip('_')}_"
            hand_on = cst.parse_statement(f"return self.{method}()")
            front = updated_node.with_changes(body=cst.IndentedBlock([hand_on]))
            return cst.FlattenSentinel([front, updated_node.with_changes(name=cst.Name(method), decorators=())])
        return updated_node


def _name(decorator: cst.Decorator) -> str:
    called = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
    return called.value if isinstance(called, cst.Name) else ""
