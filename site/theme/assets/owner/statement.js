// What the statement says at first sight: the figure, what comes next, bills.

import {
  date,
  isSameYear,
  joined,
  money,
  moneyText,
  name,
  nameOf,
  nearDay,
  newestFirst,
  showSum,
  spoken,
  sum,
} from "./figures.js";
import { byId, copyOf, counted, element, put, said, slot, words } from "./page.js";

export const keyOf = (bill) => `${bill.id}/${bill.unit}/${bill.kind}`;

/** One part of a plan: the how manieth, by when, how much. */
export const instalment = ({ due_on: due, amount }, index) =>
  said(words.instalment, { count: index + 1, date: date(due), amount: money(amount) });

/** The row that shows a bill. */
export const rowOf = new WeakMap();

/** Bills of each unit, newest first; units in the statement's order. */
export function byUnit({ units, bills }) {
  const names = new Set([...units, ...bills].map(({ unit }) => unit));
  const sorted = newestFirst(bills, "due_on");
  const grouped = [...names].map((unit) => [unit, sorted.filter((bill) => bill.unit === unit)]);
  return grouped.filter(([, some]) => some.length);
}

/** Rows below one heading that unfolds. */
export function folded(title, rows) {
  if (!rows.length) return [];
  const summary = element("summary", "", said(counted(title, rows.length), { count: rows.length }));
  return [element("details", "earlier", summary, element("div", "rows", ...rows))];
}

export function showStatement(statement) {
  const place = byId("statement");

  function showFigure({ balance, credit, bills, on }) {
    const label = balance > 0 ? words.owed : balance < 0 ? words.ahead : words.nothing;
    put(place, "label", said(label, { on: date(on) }));
    showSum(place, balance ? moneyText(Math.abs(balance)) : words.nothing_figure, !balance);
    put(place, "when", ...whenToPay(statement).map((text) => element("li", "", text)));
    const lateFee = sum(bills.filter((bill) => bill.outstanding), "late_fee");
    const madeOf = [[words.with_late_fee, lateFee], [words.less_credit, credit]].filter(([, amount]) => amount);
    const texts = madeOf.map(([text, amount]) => said(text, { amount: money(amount) }));
    put(place, "made-of", ...(balance > 0 ? joined(texts, words.list) : []));
    for (const name of ["to-pay", "just-paid"]) slot(place, name).hidden = balance <= 0;
  }

  /** By when, for each part of the balance there is: overdue, paused, due next. */
  function whenToPay({ balance, bills }) {
    if (balance <= 0) return balance ? [words.ahead_when] : [];
    const unpaid = newestFirst(bills.filter((bill) => bill.outstanding), "due_on");
    const told = (some, ofAll, ofPart) =>
      some.slice(-1).map(({ due_on: earliest }) =>
        said(some.length === unpaid.length ? ofAll : ofPart, {
          amount: money(sum(some, "outstanding")),
          date: date(earliest),
        }),
      );
    const inState = (state) => unpaid.filter((bill) => bill.state === state);
    const overdue = inState("overdue");
    const isOneDay = overdue.every((bill) => bill.due_on === overdue[0].due_on);
    const open = inState("open");
    const isNext = (bill) => bill.due_on === open.at(-1).due_on;
    return [
      ...told(overdue, isOneDay ? words.all_overdue : words.all_overdue_earliest, words.part_overdue),
      ...told(inState("held"), words.all_held, words.part_held),
      ...told(open.filter(isNext), words.due, words.part_due),
      ...told(open.filter((bill) => !isNext(bill)), words.due, words.part_later),
    ];
  }

  function showNext({ next, holds }) {
    put(place, "next", spoken(next.reason, statement));
    put(place, "holds", ...holds.flatMap((hold) => [holdText(hold), ...partsOf(hold)]).map((text) => element("li", "", text)));
  }

  /** A pause, with its bills where it is not about all that is unpaid. */
  function holdText({ kind, from, until, bills }) {
    const named = statement.bills.filter((bill) => bills.includes(keyOf(bill)));
    const isAboutAll = !named.length || statement.bills.every((bill) => !bill.outstanding || named.includes(bill));
    const names = named.map((bill) => element("span", "", name(bill.unit), " ", nameOf(bill, statement)));
    return said(until ? words.hold_until : words.hold, {
      kind: words.holds[kind],
      from: date(from),
      until: date(until),
      bills: isAboutAll ? "" : said(words.hold_bills, { bills: element("span", "", ...joined(names, words.list)) }),
    });
  }

  /** What is to be paid by when, of a plan; what was to be paid before today is behind. */
  function partsOf({ instalments = [] }) {
    return instalments.map(instalment).filter((_, index) => instalments[index].due_on >= statement.on);
  }

  function showBills({ bills, on }) {
    const parts = byUnit(statement).flatMap(([unit, some]) => {
      const isOld = (bill) => bill.state === "paid" && !isSameYear(bill.due_on, on);
      const rows = some.filter((bill) => !isOld(bill)).map(billRow);
      return [element("h3", "", unitName(unit)), ...rows, ...folded(words.earlier, some.filter(isOld).map(billRow))];
    });
    put(place, "bills", ...(bills.length ? parts : [words.no_bills]));
  }

  function unitName(unit) {
    const held = statement.units.filter((each) => each.unit === unit).pop();
    if (!held) return name(unit);
    const values = { unit: name(unit), kind: spoken(held.kind_name, statement), until: date(held.until) };
    return said(held.until ? words.unit_until : words.unit, values);
  }

  function billRow(bill) {
    const row = copyOf("row");
    rowOf.set(bill, row);
    put(row, "name", nameOf(bill, statement));
    put(row, "sum", moneyText(bill.state === "paid" ? bill.principal : bill.outstanding));
    put(row, "state", stateText(bill)).classList.add(bill.state);
    return row;
  }

  function stateText(bill) {
    const { state, due_on: due, days_overdue: days } = bill;
    if (state === "paid") return words.paid;
    if (state === "open") return said(words.open, { date: nearDay(due, statement.on) });
    if (state === "overdue") return said(counted(words.overdue, days), { days });
    const holds = statement.holds.filter((hold) => !hold.bills.length || hold.bills.includes(keyOf(bill)));
    const until = newestFirst(holds, "until").find((hold) => hold.until)?.until;
    return said(until ? words.held_until : words.held, { date: until && nearDay(until, statement.on) });
  }

  for (const part of [showFigure, showNext, showBills]) part(statement);
}
