// What the statement says, made into the page: the figure, what comes next, bills, payments, ways to pay, rules.

import { byId, counted, language, put, said, show, slot, words } from "./balance.js";

const PAYMENTS_IN_VIEW = 4;
const PERIODS_IN_REFERENCE = 3;

// An amount, or a date as Chinese writes it: figures with the characters between and behind them.
const UNBROKEN = /(¥?\d[\d,.]*(?:\p{Script=Han}\d+)*\p{Script=Han}?)/u;

const measures = JSON.parse(byId("measures").textContent);
const figures = new Intl.NumberFormat("en", { minimumFractionDigits: 2 });

function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

/** A figure or date, which never breaks over lines. */
const whole = (text) => element("span", "whole", text);

/** A name, which breaks only where a line is too short for it. */
const name = (text) => element("span", "name", text);

const joined = (parts, between) => parts.flatMap((part, index) => (index ? [between, part] : [part]));

function moneyText(fen) {
  const text = words.money.replace("{amount}", figures.format(Math.abs(fen) / 100));
  return fen < 0 ? words.minus.replace("{money}", text) : text;
}

const money = (fen) => whole(moneyText(fen));
const percent = (rate) => `${Number((rate * 100).toPrecision(12))}%`;

/** What the words may name of a day. */
function partsOf(day) {
  const [year, mm, dd] = day.split("-");
  return { year, mm, dd, m: Number(mm), d: Number(dd), month: words.months[mm - 1] };
}

const dayAs = (form, day) => day && whole(said(form, partsOf(day)));
const date = (day) => dayAs(words.date, day);
const isSameYear = (day, other) => day.slice(0, 4) === other.slice(0, 4);
const nearDay = (day, on) => dayAs(isSameYear(day, on) ? words.day : words.date, day);

function range(from, to) {
  const [first, last] = isSameYear(from, to) ? [words.range_first, words.range_last] : [words.range_day, words.range_day];
  return said(words.range, { from: dayAs(first, from), to: dayAs(last, to) });
}

/** "2026-Q1", "2026-03" and "2026" in words; anything else as it is. */
function period(text) {
  const [, year, quarter, month] = /^(\d{4})(?:-?Q([1-4])|-(0[1-9]|1[0-2]))?$/.exec(text) ?? [];
  if (quarter) return said(words.quarter, { year, quarter: words.quarters[quarter - 1] });
  if (month) return said(words.month_year, partsOf(text));
  return year ? said(words.year, { year }) : text;
}

const sum = (records, field) => records.reduce((total, record) => total + record[field], 0);
const newestFirst = (records, day) => [...records].sort((a, b) => (a[day] < b[day]) - (a[day] > b[day]));

const copyOf = (template) => byId(template).content.firstElementChild.cloneNode(true);

export function showStatement(statement) {
  const place = byId("statement");

  /** Words of the interface, marked with their language where it is not the page's. */
  function spoken(text) {
    const made = element("span", "", ...text.split(UNBROKEN).map((piece, index) => (index % 2 ? whole(piece) : piece)));
    if (!language.startsWith(statement.language)) made.lang = statement.language;
    return made;
  }

  const nameOf = (bill) => said(words.bill, { period: element("span", "period", period(bill.period)), kind: name(spoken(bill.kind_name)) });
  const keyOf = (bill) => `${bill.id}/${bill.unit}/${bill.kind}`;
  const isPartOf = (bill, part) => part.bill === keyOf(bill) || (part.bill === bill.id && part.unit === bill.unit);

  // The figure

  function showFigure({ balance, credit, bills, on }) {
    const label = balance > 0 ? words.owed : balance < 0 ? words.ahead : words.nothing;
    put(place, "label", said(label, { on: date(on) }));
    put(place, "figure", balance ? moneyText(Math.abs(balance)) : words.nothing_figure);
    slot(place, "figure").classList.toggle("in-words", !balance);
    put(place, "when", ...whenToPay(statement).map((text) => element("li", "", text)));
    const lateFee = sum(bills.filter((bill) => bill.outstanding), "late_fee");
    const madeOf = [[words.with_late_fee, lateFee], [words.less_credit, credit]].filter(([, amount]) => amount);
    const texts = madeOf.map(([text, amount]) => said(text, { amount: money(amount) }));
    put(place, "made-of", ...(balance > 0 ? joined(texts, words.list) : []));
    for (const name of ["to-pay", "just-paid"]) slot(place, name).hidden = balance <= 0;
  }

  /** By when, for each part of the balance there is: overdue, paused, due next. */
  function whenToPay({ balance, bills, next_due_on: nextDue }) {
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
    const due = inState("open").filter((bill) => bill.due_on === nextDue);
    const later = inState("open").filter((bill) => bill.due_on !== nextDue);
    return [
      ...told(overdue, isOneDay ? words.all_overdue : words.all_overdue_earliest, words.part_overdue),
      ...told(inState("held"), words.all_held, words.part_held),
      ...told(due, words.due, words.part_due),
      ...told(later, words.due, words.part_later),
    ];
  }

  // What happens next

  function showNext({ next, holds }) {
    put(place, "next", spoken(next.reason));
    put(place, "holds", ...holds.map((hold) => element("li", "", holdText(hold))));
  }

  function holdText({ kind, from, until, bills }) {
    const named = statement.bills.filter((bill) => bills.includes(keyOf(bill))).map(nameOf);
    return said(until ? words.hold_until : words.hold, {
      kind: words.holds[kind],
      from: date(from),
      until: date(until),
      bills: named.length ? said(words.hold_bills, { bills: element("span", "", ...joined(named, words.list)) }) : "",
    });
  }

  // Bills

  function showBills({ bills, on }) {
    const parts = byUnit().flatMap(([unit, some]) => {
      const isOld = (bill) => bill.state === "paid" && !isSameYear(bill.due_on, on);
      const rows = some.filter((bill) => !isOld(bill)).map(billRow);
      return [element("h3", "", unitName(unit)), ...rows, ...folded(words.earlier, some.filter(isOld).map(billRow))];
    });
    put(place, "bills", ...(bills.length ? parts : [words.no_bills]));
  }

  /** Bills of each unit, newest first; units in the statement's order. */
  function byUnit() {
    const units = new Set([...statement.units, ...statement.bills].map(({ unit }) => unit));
    const bills = newestFirst(statement.bills, "due_on");
    const grouped = [...units].map((unit) => [unit, bills.filter((bill) => bill.unit === unit)]);
    return grouped.filter(([, some]) => some.length);
  }

  function unitName(unit) {
    const held = statement.units.filter((each) => each.unit === unit).pop();
    if (!held) return name(unit);
    const values = { unit: name(unit), kind: spoken(held.kind_name), until: date(held.until) };
    return said(held.until ? words.unit_until : words.unit, values);
  }

  function folded(title, rows) {
    if (!rows.length) return [];
    const summary = element("summary", "", said(counted(title, rows.length), { count: rows.length }));
    return [element("details", "earlier", summary, element("div", "rows", ...rows))];
  }

  function billRow(bill) {
    const row = copyOf("row");
    put(row, "name", nameOf(bill));
    put(row, "sum", moneyText(bill.state === "paid" ? bill.principal : bill.outstanding));
    put(row, "state", stateText(bill)).classList.add(bill.state);
    for (const line of bill.lines) addLine(row, words.lines[line.kind], signed(line), lineText(line));
    for (const { amount, text } of paidLines(bill)) addLine(row, words.paid, -amount, text);
    addLine(row, words.outstanding, bill.outstanding, said(words.due_on, { date: date(bill.due_on) }), "total");
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

  /** Discounts and adjustments lower a bill. */
  const signed = ({ kind, amount }) => (["discount", "adjustment"].includes(kind) ? -Math.abs(amount) : amount);

  function addLine(row, label, amount, text = "", className = "") {
    const line = element("div", className, element("dt", "", label), element("dd", "sum", moneyText(amount)));
    const explained = element("dd", "quiet", text);
    if (explained.textContent) line.append(explained);
    slot(row, "lines").append(line);
  }

  /** One sentence that says where a line's amount comes from. */
  function lineText(line) {
    if (line.kind === "late_fee") return lateFeeText(line);
    if (line.kind === "discount") return spoken(line.reason);
    const text = line.rate ? rateText(line) : line.cost ? sharedText(line) : line.reason && spoken(line.reason);
    const span = line.from && (line.to ? range(line.from, line.to) : date(line.from));
    return text && span ? said(words.prefixed, { range: span, text }) : text || span;
  }

  function rateText({ rule, rate, quantity, months, amount }) {
    const price = rate.includes(".") ? rate : `${rate}.00`;
    const measured = said(measures[rule] ? words.measured : words.money, { rate: price, amount: price, measure: measures[rule] });
    const form = !months ? words.rate_quantity : quantity === "1" ? words.rate_months : words.rate_quantity_months;
    const time = months?.includes("+") ? `(${months})` : months;
    return said(counted(form, Number(months)), { rate: measured, quantity, months: time, amount: money(amount) });
  }

  const sharedText = ({ cost, share }) => said(words.shared, { cost: money(cost), share: percent(share) });

  function lateFeeText({ from, to, days, base, rate, cap, capped, amount }) {
    return said(counted(capped ? words.late_fee_capped : words.late_fee, days), {
      range: range(from, to),
      days,
      base: money(base),
      rate: percent(rate),
      cap: capped && money(cap),
      amount: money(amount),
    });
  }

  /** What each payment paid of a bill; one plain line should that not add up. */
  function paidLines(bill) {
    const lines = statement.payments.filter((payment) => !payment.reversed_on).flatMap((payment) =>
      payment.allocations.filter((part) => isPartOf(bill, part)).map(({ part, amount }) => {
        const values = { date: date(payment.paid_on), method: spoken(payment.method_name), part: words.parts[part] };
        return { amount, text: said(words.paid_part, values) };
      }),
    );
    if (sum(lines, "amount") === bill.paid) return lines;
    return bill.paid ? [{ amount: bill.paid }] : [];
  }

  // Payments, ways to pay, rules

  function showPayments({ payments }) {
    const rows = newestFirst(payments, "paid_on").map(paymentRow);
    const older = folded(words.earlier_payments, rows.slice(PAYMENTS_IN_VIEW));
    put(place, "payments", ...(rows.length ? [...rows.slice(0, PAYMENTS_IN_VIEW), ...older] : [words.no_payments]));
  }

  function paymentRow({ paid_on, method_name, amount, receipt, reversed_on: reversed, left, allocations }) {
    const row = copyOf("row");
    put(row, "name", said(words.payment, { date: date(paid_on), method: name(spoken(method_name)) }));
    put(row, "sum", moneyText(amount));
    put(row, "state", reversed ? words.reversed : "").classList.add("reversed");
    row.classList.toggle("is-reversed", reversed);
    for (const part of reversed ? [] : allocations) {
      const bills = statement.bills.filter((bill) => isPartOf(bill, part));
      const bill = bills.length === 1 ? nameOf(bills[0]) : period(bills[0]?.period ?? part.bill);
      addLine(row, said(words.pays, { bill, part: words.parts[part.part] }), part.amount, part.unit);
    }
    if (left) addLine(row, words.left, left);
    put(row, "receipt", said(words.receipt, { number: whole(receipt) }));
    put(row, "note", reversed ? said(words.reversed_on, { date: date(reversed) }) : "");
    return row;
  }

  function showWaysToPay({ balance }) {
    const rows = balance > 0 ? byUnit().flatMap(reference) : [];
    put(place, "reference-list", ...rows);
    slot(place, "references").hidden = !rows.length;
  }

  /** What to write on a transfer for a unit: the unit and the periods still open, oldest first. */
  function reference([unit, bills]) {
    const unpaid = bills.filter((bill) => bill.outstanding).reverse();
    if (!unpaid.length) return [];
    const periods = [...new Set(unpaid.map((bill) => bill.period.replace("-Q", "Q")))];
    const isLong = periods.length > PERIODS_IN_REFERENCE;
    const row = copyOf("reference");
    put(row, "text", said(words.reference, { unit: name(unit), amount: money(sum(unpaid, "outstanding")) }));
    put(row, "code", [unit, ...(isLong ? [`${periods[0]}~${periods.pop()}`] : periods)].join(" "));
    return [row];
  }

  function showRules({ rules_from: from }) {
    const link = (address, text) => Object.assign(element("a", "", text), { href: address });
    const links = { fees: link("../fees/", words.fees), late_fee: link("../late-fee/", words.late_fee_rules) };
    const month = link(`../history/#${from.slice(0, 7)}`, dayAs(words.month_year, from));
    put(place, "rules", said(words.rules, { month, ...links }));
  }

  for (const part of [showFigure, showNext, showBills, showPayments, showWaysToPay, showRules]) part(statement);
  const heard = ["label", "figure", "when"].map((name) => slot(place, name).textContent);
  show("statement", [words.ready, ...heard].join(" "));
}
