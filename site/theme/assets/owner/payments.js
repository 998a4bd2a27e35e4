// The payments of a statement, each with what it paid and its receipt.

import { addLine, isPartOf } from "./explanation.js";
import { date, moneyText, name, nameOf, newestFirst, period, spoken, whole } from "./figures.js";
import { copyOf, element, put, said, slot, words } from "./page.js";
import { folded } from "./statement.js";

const IN_VIEW = 4;

export function showPayments(place, statement) {
  const rows = newestFirst(statement.payments, "paid_on").map((payment) => paymentRow(payment, statement));
  const older = folded(words.earlier_payments, rows.slice(IN_VIEW));
  put(place, "payments", ...(rows.length ? [...rows.slice(0, IN_VIEW), ...older] : [words.no_payments]));
}

function paymentRow(payment, statement) {
  const { paid_on, method_name, amount, receipt, reversed_on: reversed, left } = payment;
  const row = copyOf("row");
  put(row, "name", said(words.payment, { date: date(paid_on), method: name(spoken(method_name, statement)) }));
  put(row, "sum", moneyText(amount));
  put(row, "state", reversed ? words.reversed : "").classList.add("reversed");
  row.classList.toggle("is-reversed", reversed);
  if (!reversed) showParts(row, payment, statement);
  if (left) addLine(row, words.left, left);
  put(row, "receipt", receiptLink(receipt));
  put(row, "note", reversed ? said(words.reversed_on, { date: date(reversed) }) : "");
  return row;
}

function showParts(row, { allocations }, statement) {
  for (const part of allocations) {
    const bills = statement.bills.filter((bill) => isPartOf(bill, part));
    const bill = bills.length === 1 ? nameOf(bills[0], statement) : period(bills[0]?.period ?? part.bill);
    addLine(row, said(words.pays, { bill, part: words.parts[part.part] }), part.amount, part.unit);
  }
}

function receiptLink(number) {
  const link = element("a", "", said(words.receipt, { number: whole(number) }));
  link.href = `../receipt/#${encodeURIComponent(number)}`;
  return link;
}
