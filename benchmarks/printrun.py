"""Letters a second and core: sheets as owners get them, laid out and written as one run."""

import tempfile
from pathlib import Path
from time import perf_counter

from msgspec.structs import replace

from chalicelib.core.account import Account
from chalicelib.core.bundle import load
from chalicelib.core.collection import Step
from chalicelib.core.compliance import Proofreader
from staff import letters, paper
from staff.specimen import LONGEST, of_stage

LETTERS = 40
ASKED_A_SECOND = 5.0


def letters_a_second(root: Path) -> float:
    """How many formal letters, each of another owner, one core prints in a second."""
    bundle = load(root / "functions" / "chalicelib" / "bundle.json")
    stage = next(stage for stage in bundle.rules.collection.stages if stage.id == "formal-letter")
    specimen = of_stage(bundle.rules, stage, LONGEST["zh"], "zh")
    account, step = specimen.account, specimen.about
    assert isinstance(step, Step)  # noqa: S101  # a stage's
    began = perf_counter()
    reader = Proofreader()
    addresses = [f"https://sample.example/balance/#{number:043d}" for number in range(LETTERS)]
    sources = [letters.sheet(bundle, _owner(account, n), step, url, reader) for n, url in enumerate(addresses)]
    documents = paper.laid_out_all(sources, lambda done, whole: None)
    with tempfile.TemporaryDirectory() as folder:
        paper.write(documents, Path(folder) / "run.pdf")
    return LETTERS / (perf_counter() - began)


def _owner(account: Account, number: int) -> Account:
    (contact,) = account.owner.contacts
    owner = replace(account.owner, contacts=(replace(contact, name=f"{contact.name}{number}"),))
    return replace(account, owner=owner)
