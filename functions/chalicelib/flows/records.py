"""Owners, facts, notices and links as items of the table: facts are put once, marks on the owner change."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import cast

from msgspec.structs import replace

from ..core.account import (
    Account,
    Adjustment,
    Bill,
    Consent,
    Hold,
    Holder,
    Owner,
    Payment,
    Reply,
    Suppression,
    Tenure,
    Unit,
)
from ..core.errors import Conflict
from ..core.link import Link
from ..core.preference import Preferences
from ..core.rulebook import Actor, Channel, Language
from .item import by_prefix, day, decoded, encoded, ends
from .notices import Notices
from .ports import Condition, Item, Table

Fact = Tenure | Bill | Payment | Adjustment | Hold | Reply


class Records:
    """What the flows read and write, in the words of the field."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.notices = Notices(table)

    # accounts

    def load_account(self, owner: str) -> Account | None:
        """All facts of an owner, with one query; None when nobody has that id."""
        items = by_prefix(self.table.query(f"O#{owner}"))
        if not items["OWNER"]:
            return None
        (marks,), ended = items["OWNER"], ends(items["END"])
        tenures = [(str(item["sk"]), decoded(item, Tenure)) for item in items["UNIT"]]
        replies = tuple(_answered(decoded(item, Reply), ended) for item in items["REPLY"])
        return Account(
            owner=_as_wished(decoded(marks, Owner), marks),
            tenures=tuple(replace(tenure, until=ended.get(sk, tenure.until)) for sk, tenure in tenures),
            bills=tuple(decoded(item, Bill) for item in items["BILL"]),
            payments=tuple(decoded(item, Payment) for item in items["PAY"]),
            adjustments=tuple(decoded(item, Adjustment) for item in items["ADJ"]),
            consents=tuple(decoded(item, Consent) for item in items["CONSENT"]),
            suppressions=tuple(decoded(item, Suppression) for item in items["SUPPRESS"]),
            holds=_holds((decoded(item, Hold) for item in items["HOLD"]), replies, ended),
            replies=replies,
            link_generation=int(marks.get("link_generation", 0)),
            unsubscribed=frozenset(Channel(c) for c in str(marks.get("unsubscribed", "")).split()),
            large_print=bool(marks.get("large_print", 0)),
            preferred=int(marks.get("preferred", 0)),
            last_notice=str(marks["last_notice"]) if "last_notice" in marks else None,
            last_notice_on=day(marks.get("last_notice_on")),
            due_day=day(marks.get("due_day")),
        )

    def save_owner(self, owner: Owner) -> None:
        """Who an owner is and how to reach them; the marks beside it stay."""
        self.table.change(f"O#{owner.id}", "OWNER", {"fact": encoded(owner)})

    def add_facts(self, owner: str, facts: Iterable[Fact]) -> None:
        """Appends facts whose content follows from their key."""
        self.table.put_all(_fact_item(owner, fact) for fact in facts)

    def add_bills(self, owner: str, bills: Iterable[Bill]) -> None:
        """Appends bills one by one, so that of two imports at once none writes over what the other has written.

        Conflict for one that is there with other content; another due day is part of its sort key, so it is looked for.
        """
        account = self.load_account(owner)
        days = {bill.key: bill.due_on for bill in account.bills} if account else {}
        for bill in bills:
            item = _fact_item(owner, bill)
            is_there = days.get(bill.key, bill.due_on) != bill.due_on or not self.table.put_new(item)
            if is_there and self.table.get(str(item["pk"]), str(item["sk"])) != item:
                raise Conflict(f"bill {bill.key}")

    def add_once(self, owner: str, adjustment: Adjustment) -> bool:
        """Appends what an owner may have once, whatever the day and the bill: its id alone is the key."""
        item: Item = {"pk": f"O#{owner}", "sk": f"ADJ#{adjustment.id}", "fact": encoded(adjustment)}
        return self.table.put_new(item)

    def add_consent(self, owner: str, consent: Consent) -> None:
        """Appends what an owner said about promotions."""
        self.table.put_new({"pk": f"O#{owner}", "sk": f"CONSENT#{consent.at.isoformat()}", "fact": encoded(consent)})

    def suppress(self, owner: str, suppression: Suppression) -> bool:
        """Has nobody write to an address any more; whether it was the first to say so."""
        sk = f"SUPPRESS#{suppression.channel.value}#{suppression.mark}"
        return self.table.put_new({"pk": f"O#{owner}", "sk": sk, "fact": encoded(suppression)})

    def end_tenure(self, owner: str, tenure: Tenure, until: date) -> None:
        """Closes an open tenure and the unit's entry for it; each is written once."""
        last = until.isoformat()
        for pk, sk in (
            (f"O#{owner}", _sort_key(tenure)),
            (f"U#{tenure.unit}", _holder_key(owner, tenure.from_)),
        ):
            item: Item = {"pk": pk, "sk": f"END#{sk}", "until": last}
            if not self.table.put_new(item) and self.table.get(pk, f"END#{sk}") != item:
                raise Conflict(f"end of tenure of {tenure.unit}")

    def add_hold(self, owner: str, hold: Hold) -> bool:
        """Opens a pause unless one of the same name is there already; whether it did."""
        return self.table.put_new(_fact_item(owner, hold))

    def end_hold(self, owner: str, hold: Hold, last: date, *, role: Actor, by: str) -> bool:
        """Ends a pause before its time, with this as its last day and who said so; the first end counts."""
        said = {"until": last.isoformat(), "role": role.value, "by": by}
        item: Item = {"pk": f"O#{owner}", "sk": f"END#{_sort_key(hold)}", **said}
        return self.table.put_new(item)

    def add_reply(self, owner: str, reply: Reply) -> bool:
        """Takes in a reply, with the pause it opens, unless there is one of its id; whether it did."""
        return self.table.put_new(_fact_item(owner, reply))

    def end_reply(self, owner: str, reply: Reply, on: date, *, outcome: str, by: str) -> bool:
        """Notes that staff have answered a reply, what came of it and who says so; the first word counts."""
        said = {"until": on.isoformat(), "outcome": outcome, "by": by}
        item: Item = {"pk": f"O#{owner}", "sk": f"END#{_sort_key(reply)}", **said}
        return self.table.put_new(item)

    def record_payment(self, owner: str, payment: Payment) -> bool:
        """Claims the payment's reference for its owner, then appends it; whether it was new.

        The same payment again heals a half-written one. Conflict when the reference already counts
        for another owner or with other content.
        """
        claim: Item = {"pk": f"P#{payment.id}", "sk": "CLAIM", "owner": owner, "fact": encoded(payment)}
        is_new = self.table.put_new(claim)
        if not is_new and self.table.get(f"P#{payment.id}", "CLAIM") != claim:
            raise Conflict(f"payment {payment.id}")
        return self.table.put_new(_fact_item(owner, payment))

    def load_claim(self, payment_id: str) -> tuple[str, Payment] | None:
        """Whose a payment's reference is, and the payment it was claimed for."""
        item = self.table.get(f"P#{payment_id}", "CLAIM")
        return (str(item["owner"]), decoded(item, Payment)) if item else None

    # units

    def load_unit(self, unit: str) -> tuple[Unit | None, tuple[Holder, ...]]:
        """A unit, and everyone who held it."""
        items = by_prefix(self.table.query(f"U#{unit}"))
        ended = ends(items["END"])
        known = next((decoded(item, Unit) for item in items["UNIT"]), None)
        holders = [(str(item["sk"]), decoded(item, Holder)) for item in items["HOLDER"]]
        return known, tuple(replace(holder, until=ended.get(sk, holder.until)) for sk, holder in holders)

    def save_units(self, units: Iterable[Unit]) -> None:
        """What units there are; measured anew, a unit is simply written again."""
        self.table.put_all({"pk": f"U#{unit.unit}", "sk": "UNIT", "fact": encoded(unit)} for unit in units)

    def add_holder(self, unit: str, holder: Holder) -> None:
        """Notes on the unit who holds it."""
        sk = _holder_key(holder.owner, holder.from_)
        self.table.put_all([{"pk": f"U#{unit}", "sk": sk, "fact": encoded(holder)}])

    # marks on the owner

    def set_due_day(self, owner: str, day: date) -> None:
        """The day the planner looks at an owner next."""
        is_known = [Condition("pk", "equals", f"O#{owner}")]
        self.table.change(f"O#{owner}", "OWNER", {"due_day": day.isoformat(), "next_notice": ""}, all_of=is_known)

    def set_next_notice(self, owner: str, key: str, on: date) -> None:
        """What is to be queued for an owner once the run of a day has looked at everybody."""
        is_known = [Condition("pk", "equals", f"O#{owner}")]
        self.table.change(f"O#{owner}", "OWNER", {"due_day": on.isoformat(), "next_notice": key}, all_of=is_known)

    def next_notice(self, owner: str) -> str:
        """What is to be queued for an owner; nothing once it is."""
        return str((self.table.get(f"O#{owner}", "OWNER") or {}).get("next_notice", ""))

    def bring_forward(self, owner: str, on: date) -> None:
        """Has the planner look at an owner by a day, unless it will look earlier anyway."""
        later = [Condition("due_day", "absent"), Condition("due_day", "above", on.isoformat())]
        is_known = [Condition("pk", "equals", f"O#{owner}")]
        self.table.change(f"O#{owner}", "OWNER", {"due_day": on.isoformat()}, all_of=is_known, any_of=later)

    def due_owners(self, until: date) -> list[str]:
        """Owners to be looked at by a day; a hint from an index, their records decide."""
        return [pk.removeprefix("O#") for pk in self.table.due(until.isoformat())]

    def prefer(self, owner: str, wish: Preferences, *, before: int) -> bool:
        """Notes how an owner wishes to be written to, whatever a file says; whether nobody else did meanwhile."""
        values: Item = {"language": wish.language, "large_print": int(wish.large_print), "preferred": before + 1}
        values["unsubscribed"] = " ".join(sorted(channel.value for channel in wish.given_up))
        same = Condition("preferred", "equals", before) if before else Condition("preferred", "absent")
        is_known = Condition("pk", "equals", f"O#{owner}")
        return self.table.change(f"O#{owner}", "OWNER", values, all_of=[is_known, same])

    def unsubscribe(self, owner: str, channel: Channel) -> None:
        """No more messages by a channel, beside those already given up."""
        is_done = False
        while not is_done:  # again from the top when somebody else changed it in between
            marks = self.table.get(f"O#{owner}", "OWNER") or {}
            before = str(marks.get("unsubscribed", ""))
            after = " ".join(sorted({*before.split(), channel.value}))
            is_there = "unsubscribed" in marks
            same = Condition("unsubscribed", "equals", before) if is_there else Condition("unsubscribed", "absent")
            is_done = self.table.change(f"O#{owner}", "OWNER", {"unsubscribed": after}, all_of=[same])

    def take_turn(self, owner: str, key: str, *, on: date, earliest_last: date) -> bool:
        """Keeps two notices to an owner apart: only one may take the owner's turn until the interval is over."""
        values: Item = {"last_notice": key, "last_notice_on": on.isoformat()}
        free = [
            Condition("last_notice_on", "absent"),
            Condition("last_notice_on", "below", earliest_last.isoformat()),
            Condition("last_notice", "equals", key),
        ]
        return self.table.change(f"O#{owner}", "OWNER", values, any_of=free)

    # links and markers

    def add_link(self, link: Link) -> None:
        self.table.put_new({"pk": f"L#{link.digest}", "sk": "LINK", "fact": encoded(link)})

    def load_link(self, digest: str) -> Link | None:
        item = self.table.get(f"L#{digest}", "LINK")
        return decoded(item, Link) if item else None

    def ledger_through(self) -> date | None:
        """The day through which payments are recorded."""
        item = self.table.get("M#ledger", "MARKER")
        return day(item["through"]) if item else None

    def set_ledger_through(self, day: date) -> None:
        """Moves the marker forward, never back."""
        earlier = [Condition("through", "absent"), Condition("through", "below", day.isoformat())]
        self.table.change("M#ledger", "MARKER", {"through": day.isoformat()}, any_of=earlier)

    def rules_run(self) -> str | None:
        """Which rules the last whole run went by."""
        item = self.table.get("M#rules", "MARKER")
        return str(item["digest"]) if item else None

    def set_rules_run(self, digest: str) -> None:
        """Notes which rules everybody has been looked at under."""
        self.table.change("M#rules", "MARKER", {"digest": digest})


def payment_ids(payments: Iterable[tuple[str, str]]) -> list[str]:
    """An id for each (method, reference) in turn; a reference that pays several lines counts them."""
    lines: Counter[tuple[str, str]] = Counter()
    ids = []
    for method, reference in payments:
        lines[method, reference] += 1
        ids.append(f"{method}#{reference}#{lines[method, reference]}")
    return ids


def _fact_item(owner: str, fact: Fact) -> Item:
    return {"pk": f"O#{owner}", "sk": _sort_key(fact), "fact": encoded(fact)}


def _holds(staff: Iterable[Hold], replies: Iterable[Reply], ended: Mapping[str, date | None]) -> tuple[Hold, ...]:
    """Every pause; of two of one name, opened at the same moment, staff's counts, or else the earlier."""
    asked = [reply.hold for reply in sorted(replies, key=lambda one: one.at) if reply.hold]
    named: dict[str, Hold] = {}
    for hold in (*staff, *asked):
        named.setdefault(hold.id, _ended(hold, ended.get(_sort_key(hold))))
    return tuple(named.values())


def _answered(reply: Reply, ended: Mapping[str, date | None]) -> Reply:
    day = ended.get(_sort_key(reply))
    return replace(reply, answered_on=day) if day else reply


def _as_wished(owner: Owner, marks: Item) -> Owner:
    """The owner as on file, in the language they have chosen themselves."""
    return replace(owner, language=cast(Language, marks["language"])) if "language" in marks else owner


def _ended(hold: Hold, last: date | None) -> Hold:
    return replace(hold, until=min(last, hold.until or last)) if last else hold


def _sort_key(fact: Fact) -> str:
    match fact:
        case Tenure():
            return f"UNIT#{fact.unit}#{fact.from_}"
        case Bill():
            return f"BILL#{fact.due_on}#{fact.key}"
        case Payment():
            return f"PAY#{fact.paid_on}#{fact.id}"
        case Adjustment():
            return f"ADJ#{fact.on}#{fact.id}"
        case Reply():
            return f"REPLY#{fact.wish.id}"
        case Hold():
            return f"HOLD#{fact.from_}#{fact.id}"


def _holder_key(owner: str, since: date) -> str:
    return f"HOLDER#{since}#{owner}"
