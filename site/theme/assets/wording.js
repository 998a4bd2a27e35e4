// How sums, days and sentences are written; the words themselves come from the page, in its language.

const figures = new Intl.NumberFormat("en", { minimumFractionDigits: 2 });

export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** Words with their values, which may be nodes. */
export function said(text, values = {}) {
  const fragment = document.createDocumentFragment();
  fragment.append(...text.split(/\{(\w+)\}/).map((piece, index) => (index % 2 ? values[piece] : piece)));
  return fragment;
}

/** A figure or date, which never breaks over lines. */
export const whole = (text) => element("span", "whole", text);

export const percent = (share) => `${Number((share * 100).toPrecision(12))}%`;

export const money = (words, fen) => element("span", "amount", said(words.money, { amount: figures.format(fen / 100) }));

export function date(words, day, form = words.date) {
  const [year, month, of] = day.split("-").map(Number);
  return element("span", "whole", said(form, { year, m: month, d: of, month: words.months[month - 1] }));
}

/** Some things one after the other, with a text between each two. */
export const joined = (some, between) => some.flatMap((one, index) => (index ? [between, one] : [one]));
