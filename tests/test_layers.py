"""House rules that no linter knows: imports point one way, one place reads the clock, one the environment."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY = ROOT / "functions" / "chalicelib"

# Each layer may import the standard library, itself, and this.
LAYERS = {
    "core": {"msgspec", "jinja2"},
    "flows": {"msgspec", "chalicelib.core"},
    "edge": {"botocore", "boto3", "chalice", "msgspec", "chalicelib.core", "chalicelib.flows.ports"},
}
# Where commands begin: they read the clock and the environment, and pass both on as arguments.
EDGES = {"functions/app.py", "staff/cli.py", "staff/session.py", "staff/demo.py", "build_notices.py"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
CLOCKS |= {("time", "monotonic"), ("time", "perf_counter")}


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if not {"vendor", ".chalice", "__pycache__"} & set(path.parts)]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def module(path: Path) -> str:
    """A file's dotted name as it is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[1:] if parts[0] == "functions" else parts)


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, relative ones spelt out; of `from x import y`, `x.y`."""
    package = module(path).split(".")[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def is_within(imported: str, allowed: set[str]) -> bool:
    return any(imported == one or imported.startswith(f"{one}.") for one in allowed)


STANDARD = set(sys.stdlib_module_names)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_itself_what_lies_below_and_little_else(layer: str) -> None:
    allowed = STANDARD | LAYERS[layer] | {f"chalicelib.{layer}"}
    paths = sources(f"functions/chalicelib/{layer}")
    assert paths
    wrong = [f"{name(path)}: {one}" for path in paths for one in imports(path) if not is_within(one, allowed)]
    assert wrong == []


def test_the_functions_never_import_what_is_not_shipped_with_them() -> None:
    allowed = STANDARD | {"boto3", "botocore", "chalice", "jinja2", "markupsafe", "msgspec", "chalicelib", "app"}
    paths = sources("functions")
    assert [f"{name(p)}: {one}" for p in paths for one in imports(p) if not is_within(one, allowed)] == []


def test_only_the_app_and_its_requests_and_answers_know_the_framework() -> None:
    users = {name(path) for path in sources("functions") if any(is_within(one, {"chalice"}) for one in imports(path))}
    edge = "functions/chalicelib/edge"
    assert users == {"functions/app.py", f"{edge}/answer.py", f"{edge}/request.py"}


def test_settings_know_only_the_modes_of_the_flows() -> None:
    allowed = STANDARD | {"chalicelib.flows"}
    assert [one for one in imports(LIBRARY / "settings.py") if not is_within(one, allowed)] == []


def test_the_compiler_needs_neither_flows_nor_edge() -> None:
    path = ROOT / "build_notices.py"
    assert [one for one in imports(path) if is_within(one, {"app", "chalicelib.flows", "chalicelib.edge"})] == []


def calls(path: Path) -> Iterator[tuple[str, str]]:
    """Every `name.method` a file names, called or passed on."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            yield getattr(owner, "id", getattr(owner, "attr", "")), node.attr


def test_only_the_app_and_the_commands_read_the_clock() -> None:
    """Measuring how long something took is not asking what time it is; waiting for a server may do the former."""
    asking = CLOCKS - {("time", "monotonic"), ("time", "perf_counter")}
    readers = {name(path) for path in sources("functions", "staff") if asking & set(calls(path))}
    assert readers <= EDGES


def test_the_library_knows_no_clock_at_all() -> None:
    assert {name(path) for path in sources("functions/chalicelib") if CLOCKS & set(calls(path))} == set()


def test_only_settings_read_the_environment_of_the_functions() -> None:
    readers = {
        name(path)
        for path in sources("functions")
        if {("os", "environ"), ("os", "getenv")} & set(calls(path)) or "os.environ" in set(imports(path))
    }
    assert readers == {"functions/chalicelib/settings.py"}


def test_fault_12_every_message_is_a_call_of_its_own() -> None:
    """A bulk call is answered with 200 though entries of it failed, and a lost answer leaves fifty notices unknown."""
    bulk = re.compile(r"send_?bulk", re.I)
    assert bulk.search("client.send_bulk_templated_email(") and bulk.search('"ses:SendBulkEmail"')
    paths = [*sources("functions", "staff"), *(ROOT / "functions").glob("*.yml")]
    paths += (ROOT / "functions" / ".chalice").glob("*.json")
    assert [name(path) for path in paths if bulk.search(path.read_text(encoding="utf-8"))] == []


def test_there_are_no_unforeseen_rooms_in_the_library() -> None:
    rooms = {path.name for path in LIBRARY.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms == {"core", "flows", "edge"}


def test_tests_use_fakes_and_no_mocks() -> None:
    mocks = {"unittest.mock", "mock", "pytest_mock"}
    assert [name(path) for path in sources("tests") if any(is_within(one, mocks) for one in imports(path))] == []


def test_money_is_never_a_float_in_the_core() -> None:
    """A share of a cost is shown as a decimal fraction; nothing is computed from it."""
    users = [
        f"{name(path)}:{node.lineno}"
        for path in sources("functions/chalicelib/core")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert {user.split(":")[0] for user in users} <= {"functions/chalicelib/core/billing.py"}
