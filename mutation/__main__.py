"""Runs mutmut on the modules named in pyproject.toml and prints each mutant that no test noticed.

python -m mutation                                  # all of them
python -m mutation 'chalicelib.core.ledger.*'       # only these
"""

import os
import sys
from collections import Counter
from pathlib import Path

from mutmut import __main__ as mutmut
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.mutators import mutation_operators
from mutmut.stats import status_by_exit_code

from . import operators, workshop

PROCESSES = int(os.environ.get("PROCESSES", "2"))


def main(names: list[str]) -> int:
    """0 if every mutant was noticed by a test that failed, else 1."""
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    os.chdir(workshop.ROOT)
    modules = config().only_mutate
    workshop.prepare(modules)
    os.chdir(workshop.WORKSHOP)
    assert isinstance(mutation_operators, list)  # noqa: S101 - it is one, typed as any sequence
    mutation_operators.extend(operators.OPERATORS)
    mutmut._run(names, PROCESSES)
    return _report(modules)


def _report(modules: list[str]) -> int:
    others = []
    print(f"\n{'module':40}{'mutants':>9}{'killed':>9}{'others':>9}")
    for module in modules:
        data = SourceFileMutationData(path=Path(module))
        data.load()
        found = Counter(status_by_exit_code[code] for code in data.exit_code_by_key.values())
        tried = found.total() - found["not checked"]
        print(f"{Path(module).name:40}{tried:9}{found['killed']:9}{tried - found['killed']:9}")
        others += [
            (name, code, data.path)
            for name, code in data.exit_code_by_key.items()
            if status_by_exit_code[code] not in ("killed", "not checked")
        ]
    for name, code, path in others:
        print(f"\n{name}: {status_by_exit_code[code]} (exit status {code})")
        print(get_diff_for_mutant(name, path=path))
    return 1 if others else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
