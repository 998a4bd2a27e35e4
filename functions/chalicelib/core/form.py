"""What people send us, read field by field: all that is wrong with it is told at once, in codes."""

from typing import TypeVar

import msgspec
from msgspec import Struct

from .errors import BadForm, TooLarge

MOST_BYTES = 10 * 1024

_T = TypeVar("_T", bound=Struct)


def form(body: bytes, kind: type[_T]) -> _T:
    """A JSON body as the form it should be: no more fields than that has, none missing, each of its kind.

    TooLarge beyond 10 KB; BadForm with a code for each field: `missing`, `unknown`, `invalid`.
    """
    if len(body) > MOST_BYTES:
        raise TooLarge
    try:
        said = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadForm(("", "json")) from None
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    faults = [(name, "unknown") for name in said if name not in fields]
    values = {}
    for name, field in fields.items():
        if name not in said:
            faults += [(name, "missing")] if field.required else []
            continue
        try:
            values[field.name] = msgspec.json.decode(said[name], type=field.type)
        except (msgspec.DecodeError, UnicodeDecodeError):
            faults.append((name, "invalid"))
    if faults:
        raise BadForm(*faults)
    return kind(**values)
