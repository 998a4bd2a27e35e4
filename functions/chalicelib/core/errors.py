"""What can go wrong, as a small tree that carries data; only the edges turn it into text or HTTP."""


class CourtyardError(Exception):
    """The base of every error a caller may want to tell apart."""


class NotFound(CourtyardError):
    """The link leads nowhere: unknown, malformed, expired and dead look the same to whoever holds it."""


class BadInput(CourtyardError):
    """Something given from outside is not of the form asked for."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class Conflict(CourtyardError):
    """A fact is already on record with other content; facts are never rewritten."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class BadForm(CourtyardError):
    """Fields of a form are not what is asked for: each by its name and a code of what is wrong with it."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__(", ".join(f"{field}: {code}" for field, code in faults))
        self.faults = faults


class TooLarge(CourtyardError):
    """More was sent than anything here is for."""


class TooMany(CourtyardError):
    """Somebody has asked often enough for now; `seconds` later they may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(str(seconds))
        self.seconds = seconds


class Unverified(CourtyardError):
    """What calls itself a payment provider has not shown that it is one; forged, old and unsigned look the same."""


class BundleMissing(CourtyardError):
    """The functions were started without the rules they are to run by."""


class Unlawful(CourtyardError):
    """A message breaks a rule of `site/compliance.yml`, so it may not go out."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule
