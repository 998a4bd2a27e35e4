// What fees, rewards and late charges come to by the published rules (rules.json): to the fen what core/billing,
// core/discounts and core/latefee make of them, which tests hold it to. Days are texts such as "2026-03-31", which
// compare as they are; sums are whole fen; rates are exact ratios, and each line is rounded once, half up.

const DAY = 86_400_000;

const number = (day) => Date.parse(`${day}T00:00Z`) / DAY;
const dayOf = (number) => new Date(number * DAY).toISOString().slice(0, 10);

/** The day so many days later; earlier, where they are fewer than none. */
export const later = (day, days) => dayOf(number(day) + days);

const daysIn = (first, last) => number(last) - number(first) + 1;
const monthEnd = (day) => dayOf(Date.UTC(day.slice(0, 4), Number(day.slice(5, 7)), 0) / DAY);

/** The first and last day of "2026", "2026-Q1" or "2026-03". */
export function period(text) {
  const [year, part] = text.split("-");
  const [from, to] = !part ? [1, 12] : part[0] === "Q" ? [3 * part[1] - 2, 3 * part[1]] : [Number(part), Number(part)];
  const first = (month) => `${year}-${String(month).padStart(2, "0")}-01`;
  return { first: first(from), last: monthEnd(first(to)) };
}

// Exact ratios

/** A decimal as it is written: "2.40" is 240/100. */
function exact(text) {
  const [whole, part = ""] = text.split(".");
  return [BigInt(whole + part), 10n ** BigInt(part.length)];
}

const times = (...ratios) => ratios.reduce(([a, b], [c, d]) => [a * c, b * d]);
const plus = ([a, b], [c, d]) => [a * d + c * b, b * d];
const isLess = ([a, b], [c, d]) => a * d < c * b;
const ofDays = (days, whole) => [BigInt(days), BigInt(whole)];

/** The nearest whole fen, half a fen up. */
const rounded = ([a, b]) => Number((2n * a + b) / (2n * b));

/** Yuan as they are written, as fen. */
export const fen = (yuan) => rounded(times(exact(yuan), [100n, 1n]));
const fraction = (sum) => [BigInt(sum), 1n];

/** A ratio to a power of ten as a decimal, without zeros at its end. */
function decimal([a, b]) {
  const digits = String(b).length - 1;
  const text = String(a).padStart(digits + 1, "0");
  return `${text.slice(0, text.length - digits)}.${text.slice(text.length - digits)}`.replace(/\.?0*$/, "");
}

export const total = (lines) => lines.reduce((sum, { amount }) => sum + amount, 0);

// Fees

/** The charges of a unit for a time, one for each rate in force; `quantity` is square metres, or 1 where it is flat. */
export function charges({ rates }, first, last, quantity) {
  return rates
    .map((rate) => ({ rate: rate.yuan, from: latest(first, rate.from), to: earliest(last, rate.until ?? last) }))
    .filter(({ from, to }) => from <= to)
    .map(({ rate, from, to }) => {
      const held = months(from, to);
      const time = held.map(([days, of]) => ofDays(days, of)).reduce(plus);
      const amount = rounded(times(exact(rate), [100n, 1n], exact(quantity), time));
      return { from, to, rate, quantity, months: monthsText(held), amount };
    });
}

const latest = (a, b) => (a > b ? a : b);
const earliest = (a, b) => (a < b ? a : b);

/** Of each month a time touches, how many days it has in it, and how many the month has. */
function months(first, last) {
  const found = [];
  for (let day = first; day <= last; day = later(monthEnd(day), 1)) {
    found.push([daysIn(day, earliest(monthEnd(day), last)), Number(monthEnd(day).slice(8))]);
  }
  return found;
}

/** Months as people can check them: 3, or 1 + 16/30 where a month is not whole. */
function monthsText(held) {
  const parts = held.filter(([days, of]) => days < of).map(([days, of]) => `${days}/${of}`);
  const whole = held.length - parts.length;
  return [...(whole || !parts.length ? [whole] : []), ...parts].join(" + ");
}

// Rewards

/** What rewards take off a bill, most first; `dueOn` is the year's first bill's for a reward for a whole year. */
function offers(rewards, dueOn, principal) {
  return rewards
    .map((reward) => ({
      reward,
      until: later(dueOn, -reward.days_before_due),
      amount: rounded(times(fraction(principal), exact(reward.share))),
    }))
    .filter(({ reward, until }) => reward.from <= until && until <= reward.until)
    .sort((a, b) => b.amount - a.amount);
}

/** What a way of paying takes off each of a year's bills, if any: `year` by the first one's early day, others by their own. */
export function rewarded(bills, rewards, way) {
  const known = rewards.filter((reward) => reward.earned_by === way);
  return bills.map(({ dueOn, amount }) => offers(known, way === "year" ? bills[0].dueOn : dueOn, amount)[0]);
}

// Late charges

/** The rule a bill keeps: the one in force when it fell due. */
export const ruleFor = (rules, dueOn) => rules.filter((rule) => rule.from <= dueOn).pop();

/** The last day on which a bill can be paid without a late charge. */
export const graceEnd = (rule, dueOn) => later(dueOn, rule.grace_days);

/** The lower of the contract's rate a day and the multiple of the reference rate by 365, cut off at eight places. */
function dailyRate(rule, reference, day) {
  const agreed = exact(rule.daily_rate);
  if (!reference || !rule.reference_multiple) return agreed;
  const yearly = reference.values.filter((value) => value.from <= day).pop().rate;
  const [a, b] = times(exact(yearly), exact(rule.reference_multiple), [1n, 365n]);
  const limit = [(a * 10n ** 8n) / b, 10n ** 8n];
  return isLess(limit, agreed) ? limit : agreed;
}

/** From which day on how much principal was unpaid, after payments that each went to the principal first. */
function balances(principal, issuedOn, payments) {
  const inOrder = [...payments].sort((a, b) => (a.on > b.on) - (a.on < b.on));
  const unpaid = [{ from: issuedOn, amount: principal }];
  for (const { on, amount } of inOrder) {
    unpaid.push({ from: on, amount: Math.max(0, unpaid[unpaid.length - 1].amount - amount) });
  }
  return unpaid;
}

/** A bill of a kind as it stands on a day: its late charge, line by line, and what is left of it in all. */
export function owed({ kind, principal, dueOn, issuedOn, payments, on }, rules) {
  const rule = ruleFor(rules.late_fees[rules.kinds[kind].late_fee] ?? [], dueOn);
  const reference = rule && rules.reference_rates[rule.reference];
  const unpaid = balances(principal, issuedOn, payments);
  const lines = rule ? lateFee({ principal, dueOn, unpaid, rule, reference, on }) : [];
  return { rule, lines, outstanding: Math.max(0, principal + total(lines) - total(payments)) };
}

/** The late charge of a bill through a day, one line for each piece of equal base and rate. */
export function lateFee({ principal, dueOn, unpaid, rule, reference, on }) {
  let left = rounded(times(fraction(principal), exact(rule.cap_share)));
  const cap = left;
  const lines = pieces(latest(later(graceEnd(rule, dueOn), 1), unpaid[0].from), on, unpaid, rule, reference).map((piece) => {
    const amount = Math.min(piece.amount, left);
    left -= amount;
    return { ...piece, amount, cap, capped: amount < piece.amount };
  });
  if (total(lines) < fen(rule.waived_under)) return [];
  return lines.filter(({ amount, capped }) => amount || capped);
}

/** Runs of days of equal base and rate, before the cap. */
function pieces(first, last, unpaid, rule, reference) {
  const end = later(last, 1);
  const changes = [first, end, ...[...unpaid, ...(reference?.values ?? [])].map(({ from }) => from)];
  const steps = [...new Set(changes)].filter((day) => first <= day && day <= end).sort();
  const runs = [];
  steps.slice(0, -1).forEach((from, index) => {
    const base = unpaid.filter((one) => one.from <= from).pop().amount;
    const rate = dailyRate(rule, reference, from);
    const to = later(steps[index + 1], -1);
    const before = runs[runs.length - 1];
    if (before?.base === base && before.rate === decimal(rate)) before.to = to;
    else runs.push({ from, to, base, rate: decimal(rate) });
  });
  return runs.filter(({ base }) => base).map((run) => {
    const days = daysIn(run.from, run.to);
    return { ...run, days, amount: rounded(times(fraction(run.base), exact(run.rate), fraction(days))) };
  });
}
