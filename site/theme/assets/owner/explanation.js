// What unfolds below a bill: one sentence for every figure, and what was paid of it.

import { date, dayAs, isSameYear, money, moneyText, spoken, sum } from "./figures.js";
import { counted, element, put, said, slot, words } from "./page.js";
import { rowOf } from "./statement.js";

const percent = (rate) => `${Number((rate * 100).toPrecision(12))}%`;

export const isPartOf = (bill, part) =>
  part.bill === bill.id && part.unit === bill.unit && part.kind === bill.kind;

function range(from, to) {
  const [first, last] = isSameYear(from, to) ? [words.range_first, words.range_last] : [words.range_day, words.range_day];
  return said(words.range, { from: dayAs(first, from), to: dayAs(last, to) });
}

/** Discounts and adjustments lower a bill. */
const signed = ({ kind, amount }) => (["discount", "adjustment"].includes(kind) ? -Math.abs(amount) : amount);

export function addLine(row, label, amount, text = "", className = "") {
  const line = element("div", className, element("dt", "", label), element("dd", "sum", moneyText(amount)));
  const explained = element("dd", "quiet", text);
  if (explained.textContent) line.append(explained);
  slot(row, "lines").append(line);
}

/** Fills in the row of each bill. */
export function explainBills(statement) {
  for (const bill of statement.bills) {
    const row = rowOf.get(bill);
    for (const line of bill.lines) {
      const isLast = bill.outstanding && line === bill.lines.at(-1);
      addLine(row, words.lines[line.kind], signed(line), lineText(line, statement, isLast));
    }
    for (const { amount, text } of paidLines(bill, statement)) addLine(row, words.paid, -amount, text);
    addLine(row, words.outstanding, bill.outstanding, dueText(bill), "total");
  }
}

/** When it is due, and until when it can be paid with no late fee. */
function dueText({ due_on: due, free_until: free }) {
  return said(free ? words.due_on_free : words.due_on, { date: date(due), free: date(free) });
}

/** The rules the amounts follow, each a tap away. */
export function showRules(place, { rules_from: from }) {
  const link = (address, text) => Object.assign(element("a", "", text), { href: address });
  const month = link(`../history/#${from.slice(0, 7)}`, dayAs(words.month_year, from));
  const links = { fees: link("../fees/", words.fees), late_fee: link("../late-fee/", words.late_fee_rules) };
  put(place, "rules", said(words.rules, { month, ...links }));
}

/** One sentence that says where a line's amount comes from. */
function lineText(line, statement, isLast) {
  if (line.kind === "late_fee") return lateFeeText(line, isLast);
  if (line.kind === "discount") return spoken(line.reason, statement);
  const reason = line.reason && spoken(line.reason, statement);
  const text = line.rate ? rateText(line) : line.cost ? sharedText(line) : reason;
  const span = line.from && (line.to ? range(line.from, line.to) : date(line.from));
  return text && span ? said(words.prefixed, { range: span, text }) : text || span;
}

function rateText({ rule, rate, quantity, months, amount }) {
  const price = rate.includes(".") ? rate : `${rate}.00`;
  const values = { rate: price, amount: price, measure: words.measures[rule] };
  const measured = said(words.measures[rule] ? words.measured : words.money, values);
  const form = !months ? words.rate_quantity : quantity === "1" ? words.rate_months : words.rate_quantity_months;
  const time = months?.includes("+") ? `(${months})` : months;
  return said(counted(form, Number(months)), { rate: measured, quantity, months: time, amount: money(amount) });
}

const sharedText = ({ cost, share }) => said(words.shared, { cost: money(cost), share: percent(share) });

/** How a piece of the late fee came about; the last one of what is unpaid says how far it can go. */
function lateFeeText({ from, to, days, base, rate, cap, capped, amount }, isLast) {
  return said(counted(capped ? words.late_fee_capped : words.late_fee, days), {
    range: range(from, to),
    days,
    base: money(base),
    rate: percent(rate),
    cap: cap && money(cap),
    amount: money(amount),
    most: isLast && cap ? said(words.late_fee_most, { cap: money(cap) }) : "",
  });
}

/** What each payment paid of a bill; one plain line should that not add up. */
function paidLines(bill, statement) {
  const lines = statement.payments.filter((payment) => !payment.reversed_on).flatMap((payment) =>
    payment.allocations.filter((part) => isPartOf(bill, part)).map(({ part, amount }) => {
      const method = spoken(payment.method_name, statement);
      return { amount, text: said(words.paid_part, { date: date(payment.paid_on), method, part: words.parts[part] }) };
    }),
  );
  if (sum(lines, "amount") === bill.paid) return lines;
  return bill.paid ? [{ amount: bill.paid }] : [];
}
