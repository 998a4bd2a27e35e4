// What to write on a transfer, so that it is booked to the right unit and periods.

import { money, name, sum } from "./figures.js";
import { copyOf, put, said, slot, words } from "./page.js";
import { byUnit } from "./statement.js";

const PERIODS_IN_VIEW = 3;

/** What to write on a transfer: a unit and the periods still open, oldest first; the first and last of many. */
export function referenceOf(unit, periods) {
  const each = [...new Set(periods)];
  return [unit, ...(each.length > PERIODS_IN_VIEW ? [`${each[0]}~${each.pop()}`] : each)].join(" ");
}

export function showReferences(place, statement) {
  const rows = statement.balance > 0 ? byUnit(statement).flatMap(referenceRow) : [];
  put(place, "reference-list", ...rows);
  slot(place, "references").hidden = !rows.length;
}

function referenceRow([unit, bills]) {
  const unpaid = bills.filter((bill) => bill.outstanding).reverse();
  if (!unpaid.length) return [];
  const periods = unpaid.map((bill) => bill.period.replace("-Q", "Q"));
  const row = copyOf("reference");
  put(row, "text", said(words.reference, { unit: name(unit), amount: money(sum(unpaid, "outstanding")) }));
  put(row, "code", referenceOf(unit, periods));
  return [row];
}
