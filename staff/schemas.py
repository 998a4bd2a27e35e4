"""Writes the JSON Schemas of staff's files, from the types that read them, so that editors complete and check."""

import json
import sys
from pathlib import Path

from .forms import schema
from .rulefiles import TYPES

FOLDER = Path(__file__).parents[1] / "site" / "schema"


def texts() -> dict[str, str]:
    """Each schema file's name and text."""
    return {
        f"{Path(name).stem}.json": json.dumps(schema(kind), ensure_ascii=False, indent=2) + "\n"
        for name, kind in TYPES.items()
    }


def main() -> int:
    """`make schemas`."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
