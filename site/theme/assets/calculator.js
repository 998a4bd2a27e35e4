// The fee calculator: reads the published rules once and works everything out in the browser. Nothing that is
// filled in leaves the page.

import { charges, fen, graceEnd, owed, period, rewarded, total } from "./reckoning.js";
import { date, element, joined, money, percent, said } from "./wording.js";

const WAYS = ["year", "early", "streak"]; // to pay so that something is taken off
const YEARS_OF_BILLS = 3;

const byId = (id) => document.getElementById(id);
const form = byId("calculator");
const field = (name) => form.elements[name];
const words = JSON.parse(byId("words").textContent);
const language = document.documentElement.lang.slice(0, 2);
const yuan = (fen) => money(words, fen);
const day = (text) => date(words, text);
const days = (some) => element("span", "", ...joined(some.map((text) => date(words, text, words.day)), words.list));

const months = (year) => Array.from({ length: 12 }, (_, index) => `${year}-${String(index + 1).padStart(2, "0")}`);
const quarters = (year) => [1, 2, 3, 4].map((number) => `${year}-Q${number}`);
const quarterOf = (text) => `${text.slice(0, 4)}-Q${Math.ceil(text.slice(5, 7) / 3)}`;

let rules, today;

// What is filled in

/** A figure, however it was typed, with two decimals at most; nothing where it is none. */
function figure(name, most) {
  const typed = field(name).value.normalize("NFKC").replace(/[\s,¥]|m2|平方米|平米|元/gi, "");
  return /^\d{1,8}(\.\d{1,2})?$/.test(typed) && Number(typed) > 0 && Number(typed) <= most ? typed : null;
}

/** Says at a field that it cannot be read, or no longer says so. */
function mark(name, isWrong) {
  field(name).setAttribute("aria-invalid", isWrong);
  byId(`${name}-wrong`).hidden = !isWrong;
}

/** Each fee of the home and the parking spaces: of how much, and how many bills alike. */
function fees() {
  const home = field("home").value;
  const area = figure("area", 100_000);
  byId("area-field").hidden = !home;
  mark("area", home && !area);
  return rules.schedules.flatMap((schedule) => {
    if (schedule.basis === "area-month") return schedule.unit_kinds.includes(home) && area ? [{ schedule, quantity: area, count: 1 }] : [];
    const count = Number(field(`count-${schedule.id}`)?.value ?? 0);
    return count ? [{ schedule, quantity: "1", count }] : [];
  });
}

// Fees of a year

/** What one bill of a fee for a period says, and what all bills alike come to. */
function priced({ schedule, quantity, count }, text) {
  const { first, last } = period(text);
  const lines = charges(schedule, first, last, quantity);
  return { text, last, lines, each: total(lines), amount: count * total(lines) };
}

/** Periods on end that cost the same, told once. */
function runs(fee, periods) {
  const found = [];
  for (const made of periods.map((text) => priced(fee, text))) {
    const before = found[found.length - 1];
    if (before?.[0].each === made.each) before.push(made);
    else found.push([made]);
  }
  return found;
}

const nameOf = ({ schedule, count }) => said(count > 1 ? words.many : "{name}", { name: schedule.name[language], count });

function showFees(some, year) {
  const isEven = some.every((fee) => runs(fee, months(year)).length === 1);
  const sum = (texts) => yuan(some.reduce((all, fee) => all + total(texts.map((text) => priced(fee, text))), 0));
  const figures = [said(words.figure_year, { year, amount: sum(quarters(year)) })];
  if (isEven) figures.unshift(said(words.figure_month, { amount: sum([`${year}-01`]) }));
  byId("fees-figure").replaceChildren(...figures.map((text) => element("span", "", text)));
  byId("fees-steps").replaceChildren(...some.flatMap((fee) => [element("h3", "", nameOf(fee)), feeRows(fee, year)]));
}

function feeRows(fee, year) {
  const told = (run, always, some) => {
    const [first, last] = [run[0].text, run[run.length - 1].text].map((text) => words.periods[text.slice(5)]);
    return run.length === 12 || run.length === 4 ? always : said(first === last ? "{first}" : some, { first, last });
  };
  const bills = runs(fee, quarters(year));
  return rows([
    ...runs(fee, months(year)).map((run) => [told(run, words.month, words.months_on_end), run[0].amount, steps(fee, run[0])]),
    ...bills.map((run) => [told(run, words.quarter, words.quarters_on_end), run[0].amount, steps(fee, run[0]), dueText(run)]),
    [words.year, total(bills.flat()), words.year_steps],
  ]);
}

const dueText = (run) => said(words.due, { days: days(run.map(({ last }) => last)) });

/** How an amount comes about, as it would be written by hand. */
function steps({ schedule, quantity, count }, { lines, amount }) {
  if (!lines.length) return words.no_rate;
  const measure = schedule.measure[language];
  return joined(lines.map((line) => {
    const time = line.months.includes("+") ? `(${line.months})` : line.months;
    const parts = [said(words.rate, { rate: line.rate, measure })];
    if (schedule.basis === "area-month") parts.push(said(words.by_area, { quantity }));
    if (time !== "1") parts.push(said(words.by_months, { months: time }));
    if (count > 1) parts.push(said(words.by_count, { count }));
    return said(words.sum, { parts: element("span", "", ...joined(parts, " × ")), amount: yuan(lines.length > 1 ? line.amount * count : amount) });
  }).map((one) => element("span", "", one)), words.then);
}

/** Sums, each with its name and how it came about. */
function rows(some) {
  const list = element("dl", "sums");
  for (const [name, amount, ...how] of some) {
    const told = how.map((text) => element("dd", "how", ...[text].flat()));
    list.append(element("div", "", element("dt", "", name), element("dd", "sum", yuan(amount)), ...told));
  }
  return list;
}

// Rewards

function showRewards(some, year) {
  const found = some.flatMap((fee) => {
    const rewards = rules.rewards[rules.kinds[fee.schedule.kind].reward] ?? [];
    return WAYS.flatMap((way) => rewardRow(fee, year, rewards, way));
  });
  byId("rewards").replaceChildren(...(found.length ? [rows(found), element("p", "note", words.best_only)] : [noReward(year)]));
}

function rewardRow(fee, year, rewards, way) {
  const bills = quarters(year).map((text) => priced(fee, text)).map(({ last, each }) => ({ dueOn: last, amount: each }));
  const offers = rewarded(bills, rewards, way);
  const won = offers.filter(Boolean);
  const saved = fee.count * total(won);
  if (!saved) return [];
  const { days_before_due: before, share, streak } = won[0].reward;
  const paid = fee.count * (total(bills) - total(won));
  const by = days([...new Set(won.map(({ until }) => until))]);
  const values = { before, share: percent(share), streak, by, count: won.length, paid: yuan(paid) };
  return [[words.ways[way].name, saved, said(words.ways[way].how, values), said(words.ways[way].sum, values)]];
}

function noReward(year) {
  const known = Object.values(rules.rewards).flat().filter(({ from }) => from.slice(0, 4) > year);
  const next = known.map(({ from }) => from.slice(0, 4)).sort()[0];
  return element("p", "", said(next ? words.no_reward_yet : words.no_reward, { year, next }));
}

// Paid late

function showLate(some) {
  const charged = some.filter(({ schedule }) => rules.kinds[schedule.kind].late_fee);
  const chosen = field("fee").value;
  field("fee").replaceChildren(...charged.map(({ schedule }) => new Option(schedule.name[language], schedule.id)));
  const fee = charged.find(({ schedule }) => schedule.id === chosen) ?? charged[0];
  byId("late-fields").hidden = !fee;
  if (!fee) return byId("late").replaceChildren(element("p", "", words.never_late));
  field("fee").value = fee.schedule.id;
  const { last: dueOn, each: principal } = priced(fee, field("bill").value);
  const on = field("on").value || today;
  const payments = payment(principal, dueOn, on);
  const made = owed({ kind: fee.schedule.kind, principal, dueOn, issuedOn: dueOn, payments, on }, rules);
  byId("late").replaceChildren(...lateText({ ...made, principal, dueOn, on, payments }));
}

/** What was paid of the bill meanwhile, if that is filled in and makes sense. */
function payment(principal, dueOn, on) {
  const amount = figure("part", principal / 100);
  const paidOn = field("part-on").value;
  const isAsked = field("part").value.trim() !== "";
  const isRight = amount && paidOn > dueOn && paidOn <= on;
  mark("part", isAsked && !isRight);
  return isAsked && isRight ? [{ on: paidOn, amount: fen(amount) }] : [];
}

function lateText({ rule, lines, outstanding, principal, dueOn, on, payments }) {
  const lateFee = total(lines);
  const values = { principal: yuan(principal), due: day(dueOn), on: day(on), grace: rule && day(graceEnd(rule, dueOn)) };
  const told = (text, more) => element("p", "", said(text, { ...values, ...more }));
  const figures = element("p", "figure", said(words.late_figure, { amount: yuan(lateFee) }));
  if (!rule) return [told(words.no_rule)];
  if (on <= graceEnd(rule, dueOn)) return [figures, told(words.in_grace)];
  const left = { outstanding: yuan(outstanding), left: yuan(principal - total(payments)), amount: yuan(lateFee) };
  const capped = lines.some((line) => line.capped) ? [told(words.capped, { cap: yuan(lines[0].cap) })] : [];
  const listed = lines.length ? [rows(lines.map(lateRow)), ...capped] : [told(words.waived)];
  return [figures, told(words.after_grace), ...listed, told(words.in_all, left)];
}

const lateRow = ({ from, to, days: count, base, rate, amount }) => [
  said(words.late_days, { from: day(from), to: day(to) }),
  amount,
  said(words.late_steps, { base: yuan(base), rate: percent(rate), days: count }),
];

// The page

function show() {
  const some = fees();
  const isReady = some.length > 0;
  for (const id of ["fees-figure", "fees-steps", "rewards-part", "late-part"]) byId(id).hidden = !isReady;
  byId("nothing").hidden = isReady;
  if (!isReady) return;
  const year = field("year").value;
  showFees(some, year);
  showRewards(some, year);
  showLate(some);
}

function fillIn() {
  const since = rules.schedules.flatMap(({ rates }) => rates.map(({ from }) => from)).sort()[0];
  const thisYear = Number(today.slice(0, 4));
  const years = Array.from({ length: thisYear + 2 - since.slice(0, 4) }, (_, index) => thisYear + 1 - index);
  field("year").append(...years.map((year) => new Option(said(words.year_choice, { year }).textContent, year, false, year === thisYear)));
  const bills = years.slice(1, 1 + YEARS_OF_BILLS).flatMap((year) => quarters(year).reverse());
  const known = bills.filter((text) => text <= quarterOf(today));
  const newest = known.find((text) => period(text).last < today) ?? known[0];
  const named = (text) => said(words.bill, { year: text.slice(0, 4), period: words.periods[text.slice(5)] }).textContent;
  field("bill").append(...known.map((text) => new Option(named(text), text, false, text === newest)));
  field("on").value = today;
}

async function begin() {
  const answer = await fetch(new URL("rules.json", import.meta.url));
  rules = await answer.json();
  today = new Intl.DateTimeFormat("sv-SE", { timeZone: rules.time_zone }).format(new Date());
  fillIn();
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
  form.hidden = false;
  byId("calculator-off").hidden = true;
}

begin();
