// What several parts of the page ask of a statement.

import { name, newestFirst, period } from "./figures.js";
import { element, language, said, words } from "./page.js";

// An amount, or a date as Chinese writes it: figures with the characters between and behind them.
const UNBROKEN = /(¥?\d[\d,.]*(?:\p{Script=Han}\d+)*\p{Script=Han}?)/u;

/** Words of the interface, marked with their language where it is not the page's. */
export function spoken(text, { language: theirs }) {
  const pieces = text.split(UNBROKEN).map((piece, index) => (index % 2 ? element("span", "whole", piece) : piece));
  const made = element("span", "", ...pieces);
  if (!language.startsWith(theirs)) made.lang = theirs;
  return made;
}

export const keyOf = (bill) => `${bill.id}/${bill.unit}/${bill.kind}`;

export function nameOf(bill, statement) {
  const kind = name(spoken(bill.kind_name, statement));
  return said(words.bill, { period: element("span", "period", period(bill.period)), kind });
}

/** Bills of each unit, newest first; units in the statement's order. */
export function byUnit({ units, bills }) {
  const names = new Set([...units, ...bills].map(({ unit }) => unit));
  const sorted = newestFirst(bills, "due_on");
  const grouped = [...names].map((unit) => [unit, sorted.filter((bill) => bill.unit === unit)]);
  return grouped.filter(([, some]) => some.length);
}
