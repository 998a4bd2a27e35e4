"""Every e-mail an owner may be sent, in every language, as the staff's preview makes it."""

from chalicelib.core.message import rendered
from chalicelib.core.rulebook import Language
from staff.specimen import Persona, Specimen, of_occasions, of_stage
from tests.builders import shipped_bundle

URL = f"https://qinghe.example/balance/#{'x' * 43}"
STOP = f"https://qinghe.example/v1/unsubscribe?t={'x' * 43}"


def specimens(persona: dict[Language, Persona]) -> list[tuple[Language, Specimen]]:
    """Each stage's and each occasion's e-mail to one person."""
    rules, found = shipped_bundle().rules, []
    for language in rules.community.languages:
        told = [stage for stage in rules.collection.stages if stage.message]
        made = [of_stage(rules, stage, persona[language], language) for stage in told]
        found += [(language, one) for one in (*made, *of_occasions(rules, persona[language], language))]
    return found


def html(language: Language, specimen: Specimen) -> str:
    bundle = shipped_bundle()
    return rendered(
        bundle.messages[specimen.message][language], specimen.values(bundle, url=URL, unsubscribe_url=STOP)
    ).html
