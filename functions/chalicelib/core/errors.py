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


class Unverified(CourtyardError):
    """What calls itself a payment provider has not shown that it is one; forged, old and unsigned look the same."""


class BundleMissing(CourtyardError):
    """The functions were started without the rules they are to run by."""


class Unlawful(CourtyardError):
    """A message breaks a rule of `site/compliance.yml`, so it may not go out."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule
