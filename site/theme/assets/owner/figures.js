// Sums, days, periods and names as people of the page's language write them.

import { element, language, put, said, words } from "./page.js";

// An amount, or a date as Chinese writes it: figures with the characters between and behind them.
const UNBROKEN = /(¥?\d[\d,.]*(?:\p{Script=Han}\d+)*\p{Script=Han}?)/u;

const LONG_FIGURE = 10;
const figures = new Intl.NumberFormat("en", { minimumFractionDigits: 2 });

/** A figure or date, which never breaks over lines. */
export const whole = (text) => element("span", "whole", text);

/** A name, which breaks only where a line is too short for it. */
export const name = (text) => element("span", "name", text);

export const joined = (parts, between) => parts.flatMap((part, index) => (index ? [between, part] : [part]));

export function moneyText(fen) {
  const text = words.money.replace("{amount}", figures.format(Math.abs(fen) / 100));
  return fen < 0 ? words.minus.replace("{money}", text) : text;
}

export const money = (fen) => whole(moneyText(fen));

/** What the words may name of a day. */
function partsOf(day) {
  const [year, mm, dd] = day.split("-");
  return { year, mm, dd, m: Number(mm), d: Number(dd), month: words.months[mm - 1] };
}

export const dayAs = (form, day) => day && whole(said(form, partsOf(day)));
export const date = (day) => dayAs(words.date, day);
export const isSameYear = (day, other) => day.slice(0, 4) === other.slice(0, 4);
export const nearDay = (day, on) => dayAs(isSameYear(day, on) ? words.day : words.date, day);

/** Shows a sum as the page's figure: a smaller one where it is long, for it never breaks. */
export function showSum(place, text, isInWords = false) {
  const figure = put(place, "figure", text);
  figure.classList.toggle("in-words", isInWords);
  figure.classList.toggle("long", text.length > LONG_FIGURE && !isInWords);
}

/** "2026-Q1", "2026-03" and "2026" in words; anything else as it is. */
export function period(text) {
  const [, year, quarter, month] = /^(\d{4})(?:-?Q([1-4])|-(0[1-9]|1[0-2]))?$/.exec(text) ?? [];
  if (quarter) return said(words.quarter, { year, quarter: words.quarters[quarter - 1] });
  if (month) return said(words.month_year, partsOf(text));
  return year ? said(words.year, { year }) : text;
}

export const sum = (records, field) => records.reduce((total, record) => total + record[field], 0);
export const newestFirst = (records, day) => [...records].sort((a, b) => (a[day] < b[day]) - (a[day] > b[day]));

/** Words of the interface, marked with their language where it is not the page's. */
export function spoken(text, { language: theirs }) {
  const pieces = text.split(UNBROKEN).map((piece, index) => (index % 2 ? element("span", "whole", piece) : piece));
  const made = element("span", "", ...pieces);
  if (!language.startsWith(theirs)) made.lang = theirs;
  return made;
}

export function nameOf(bill, statement) {
  const kind = name(spoken(bill.kind_name, statement));
  return said(words.bill, { period: element("span", "period", period(bill.period)), kind });
}
