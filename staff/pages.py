"""The public pages: Markdown of `site/pages/` and the parts it calls for, filled from the rules as of a day."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from chalicelib.core import calendar
from chalicelib.core.disclosure import Disclosure
from chalicelib.core.money import Fen, fen, shares
from chalicelib.core.rulebook import Actor, Basis, Language, Rulebook, Schedule, Text
from chalicelib.core.voice import percent
from chalicelib.core.words import Words, day_text, money_text

from . import agenda, disclosures, examples, noticeboard, rulehistory
from .noticeboard import Notice
from .showcase import Shown
from .succession import Dated, campaigns, standing


class Pages:
    """Renders the pages of one language as the rules stand on a day; a part's text is in `parts`."""

    def __init__(
        self,
        rulebook: Rulebook,
        words: Words,
        language: Language,
        today: date,
        parts: Path,
        *,
        disclosure: Disclosure,
        notices: Sequence[Notice] = (),
        samples: Callable[[], Sequence[Shown]] = tuple,
    ) -> None:
        self.rulebook, self.words, self.language, self.today = rulebook, words, language, today
        self.parts, self.disclosure, self.notices, self.samples = parts, disclosure, notices, samples
        self._rendered: dict[str, str] = {}
        self._environment = Environment(
            loader=FileSystemLoader(parts / language),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=self.said,
        )
        self._environment.globals |= self.names
        self._environment.filters |= self.filters

    def render(self, markdown: str) -> str:
        """A page's Markdown with every value and part filled in; the check and the build want it both."""
        if markdown not in self._rendered:
            self._rendered[markdown] = self._environment.from_string(markdown).render()
        return self._rendered[markdown]

    def noticed(self, notice: Notice) -> str:
        """A notice's page: its head, then its own words with the rules as they stood on its day."""
        then = Pages(
            self.rulebook,
            self.words,
            self.language,
            notice.updated_on,
            self.parts,
            disclosure=self.disclosure,
            notices=self.notices,
        )
        return f"{self._part('notice_head', notice=notice)}\n\n{then.render(notice.body)}\n\n{self._part('notice_end')}"

    @property
    def names(self) -> dict[str, Any]:
        """What pages, parts and the theme may name."""
        functions: tuple[Callable[..., Any], ...] = (
            self.fee_overview,
            self.fee_table,
            self.moved_in_example,
            self.shared_example,
            self.calculator,
            self.by_hand,
            self.budget_bars,
            self.payment_methods,
            self.stage_list,
            self.hold_list,
            self.late_fee_rule,
            self.late_fee_example,
            self.late_fee_kinds,
            self.goodwill_days,
            self.reward_list,
            self.rule_history,
            self.in_force,
            self.notice_list,
            self.latest_notices,
            self.message_samples,
            self.calendar_address,
            self.label,
        )
        return {
            "community": self.rulebook.community,
            "service_centre": self.rulebook.community.service_centre,
            "fees": self.rulebook.fees,
            "payments": self.rulebook.payments,
            "collection": self.rulebook.collection,
            "channels": self.words.channels,
            "disclosed": disclosures.opened(self.disclosure, self.rulebook.fees),
            "language": self.language,
            "today": self.today,
            **{function.__name__: function for function in functions},
        }

    @property
    def filters(self) -> dict[str, Callable[..., Any]]:
        """How values are turned into words where the bare value would not do."""
        return {"said": self.said, "percent": percent, "share": Decimal, "money": self._money}

    def said(self, value: object) -> object:
        """A value as people of the pages' language read it."""
        if isinstance(value, Text):
            return value.of(self.language)
        if isinstance(value, date):
            return Markup('<time datetime="{}">{}</time>').format(value, day_text(self.words, value, self.language))
        return value

    def label(self, code: str, **values: object) -> str:
        """A short text of `site/words.yml`."""
        text = self.words.labels[code].of(self.language)
        return text.format(**values) if values else text

    def _money(self, amount: Fen | Decimal) -> Markup:
        exact = fen(amount) if isinstance(amount, Decimal) else amount
        return Markup('<span class="amount">{}</span>').format(money_text(self.words, exact, self.language))

    def _part(self, name: str, **values: object) -> Markup:
        return Markup(self._environment.get_template(f"{name}.md.j2").render(**values))  # noqa: S704  # autoescaped

    def _schedule(self, schedule_id: str) -> Schedule:
        schedules = {schedule.id: schedule for schedule in self.rulebook.fees.schedules}
        return schedules[schedule_id]

    def fee_overview(self) -> Markup:
        """Every fee on a line, with its rate in force and what is announced."""
        schedules = self.rulebook.fees.schedules
        lines = [(schedule, standing(schedule.rates, self.today)) for schedule in schedules]
        return self._part("fee_overview", overview=lines)

    def fee_table(self, schedule_id: str) -> Markup:
        """A fee's rates: in force, announced, and past ones folded, with an example of this quarter's bill."""
        schedule = self._schedule(schedule_id)
        rates = standing(schedule.rates, self.today)
        worked = examples.quarterly_bill(schedule, rates.current, self.today)
        return self._part("fee_table", schedule=schedule, rates=rates, example=worked)

    def moved_in_example(self, schedule_id: str) -> Markup:
        """What a quarter costs whoever takes the unit over within it."""
        schedule = self._schedule(schedule_id)
        worked = examples.moved_in(schedule, self.today)
        days = (calendar.month_end(worked.span.first) - worked.span.first).days + 1
        month_days = calendar.month_end(worked.span.first).day
        return self._part("moved_in_example", schedule=schedule, example=worked, days=days, month_days=month_days)

    def shared_example(self, schedule_id: str, cost: int, area: str, total_area: str) -> Markup:
        """What one unit bears of a cost that is shared by area."""
        schedule = self._schedule(schedule_id)
        share = examples.shared(schedule, fen(cost), Decimal(area), Decimal(total_area), self.today)
        return self._part("shared_example", cost=fen(cost), area=area, total_area=total_area, share=share)

    def calculator(self) -> Markup:
        """The form whose script works out fees, rewards and late fees from the same rules."""
        schedules = self.rulebook.fees.schedules
        homes = [schedule for schedule in schedules if schedule.basis is Basis.AREA_MONTH]
        spaces = [schedule for schedule in schedules if schedule.basis is Basis.FLAT_MONTH]
        kinds = dict.fromkeys(kind for schedule in homes for kind in schedule.unit_kinds)
        return self._part("calculator", kinds=list(kinds), spaces=spaces, example=homes[0].example_quantity)

    def by_hand(self) -> Markup:
        """How to work out what the calculator does with paper and pencil, by the rates in force."""
        lines = []
        for schedule in self.rulebook.fees.schedules:
            worked = examples.quarterly_bill(schedule, standing(schedule.rates, self.today).current, self.today)
            lines += [(schedule, worked)] if worked else []
        return self._part("by_hand", lines=lines)

    def budget_bars(self, schedule_id: str) -> Markup:
        """What each yuan of a fee pays for, and what that makes of one quarter's bill."""
        schedule, budget = self._schedule(schedule_id), self.rulebook.fees.budget
        bill = examples.bill(schedule, calendar.quarter(self.today))
        amounts = shares(bill.amount, [Fraction(part.percent) for part in budget.spending])
        parts = list(zip(budget.spending, amounts, strict=True))
        return self._part("budget_bars", schedule=schedule, budget=budget, example=bill, parts=parts)

    def payment_methods(self) -> Markup:
        """Every way to pay with its steps."""
        return self._part("payment_methods", methods=self.rulebook.payments.methods)

    def stage_list(self) -> Markup:
        """The stages of the collection policy, with the days they fall on for this quarter's bill."""
        quarter = calendar.quarter(self.today)
        due_on = calendar.period(quarter).last
        stages = [
            (stage, [(due_on + timedelta(days=offset), offset) for offset in stage.days if not stage.after])
            for stage in self.rulebook.collection.stages
        ]
        names = {stage.id: stage.name for stage in self.rulebook.collection.stages}
        return self._part("stage_list", stages=stages, names=names, quarter=quarter, due_on=due_on)

    def hold_list(self) -> Markup:
        """The pauses an owner may ask for: how long, whether the late fee stops, and who decides on another."""
        holds = [rule for rule in self.rulebook.collection.holds.values() if rule.opened_by is None]
        roles = {role: self.words.labels[f"actor-{role.value}"].of(self.language) for role in Actor}
        return self._part("hold_list", holds=holds, roles=roles)

    def late_fee_rule(self, name: str) -> Markup:
        """A late fee's rule with the rate a day that it comes to today."""
        rules = standing(self.rulebook.collection.late_fees[name], self.today)
        today = examples.late_fee_today(rules.current, self.rulebook.collection, self.today)
        return self._part("late_fee_rule", rules=rules, **today)

    def late_fee_example(self, schedule_id: str, paid: int, paid_after: int, seen_after: int) -> Markup:
        """A late fee worked out on a bill that fell due some quarters ago and was paid in part."""
        worked = examples.late_fee(
            self.rulebook, self._schedule(schedule_id), fen(paid), paid_after, seen_after, self.today
        )
        return self._part("late_fee_example", example=worked)

    def late_fee_kinds(self) -> Markup:
        """Which kinds of bills carry a late fee, and to whom each is paid."""
        return self._part("late_fee_kinds", kinds=self.rulebook.fees.kinds.values())

    def goodwill_days(self, name: str) -> int | None:
        """Within how many days of the first contact the principal must be paid for the late fee to be waived."""
        rule = standing(self.rulebook.collection.late_fees[name], self.today).current
        return rule.waived_once_within_days if rule else None

    def reward_list(self, name: str, schedule_id: str) -> Markup:
        """Rewards in force, announced and past, each with what it takes off a bill."""
        rewards = campaigns(self.rulebook.collection.rewards[name], self.today)
        schedule = self._schedule(schedule_id)
        worked = {reward: examples.reward(reward, schedule) for reward in (*rewards.current, *rewards.coming)}
        kinds = [kind for kind in self.rulebook.fees.kinds.values() if kind.reward == name]
        return self._part("reward_list", rewards=rewards, examples=worked, kinds=kinds)

    def rule_history(self) -> Markup:
        """Every version of the rules, month by month, with what became of what was before."""
        found = rulehistory.by_month(self.rulebook)
        months = [(self._month(month), month, changes) for month, changes in found.items()]
        return self._part("rule_history", months=months)

    def _month(self, day: date) -> str:
        month = str(day.month) if self.language == "zh" else self.words.months[day.month - 1]
        return self.label("period-month", year=day.year, month=month)

    def in_force(self, what: str) -> Markup:
        """Since when what a page shows has been in force, and from when it changes."""
        dates = sorted(rule.from_ for rule in self._dated(what))
        since = [day for day in dates if day <= self.today]
        return self._part("in_force", since=since[-1:], coming=dates[len(since) :][:1])

    def notice_list(self) -> Markup:
        """Every notice by year, the newest first."""
        return self._part("notice_list", years=noticeboard.by_year(self.notices))

    def latest_notices(self, count: int) -> Markup:
        """The newest few notices."""
        return self._part("latest_notices", notices=self.notices[:count])

    def calendar_address(self, scheme: str | None = None) -> str:
        """Where calendar programs fetch the calendar; by `webcal` they ask whether to subscribe."""
        served_by, _, host = self.rulebook.community.site_url.partition("://")
        prefix = "en/" if self.language == "en" else ""
        return f"{scheme or served_by}://{host}/{prefix}{agenda.FILE}"

    def message_samples(self) -> Markup:
        """Every message exactly as it goes out, filled in for a made-up owner."""
        return self._part("message_samples", samples=self.samples())

    def _dated(self, what: str) -> Iterator[Dated]:
        if what == "fees":
            for schedule in self.rulebook.fees.schedules:
                yield from schedule.rates
        else:
            for rules in self.rulebook.collection.late_fees.values():
                yield from rules
