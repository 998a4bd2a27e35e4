// The answers: each opens its own small form, is sent once, and is confirmed where it was given.

import { date, dayAs, money, name, nameOf, sum } from "./figures.js";
import { closeForm, openForm, pick, showErrors, showTrouble, troubleText, whenSent } from "./form.js";
import { copyOf, put, said, slot, words } from "./page.js";
import { confirmation, showUnanswered } from "./replies.js";
import { forget, send, unanswered } from "./sending.js";
import { keyOf } from "./statement.js";

const A_DAY = 24 * 3600 * 1000;

/** Opens the form of an answer. */
export function openAnswer(button, desk) {
  const home = button.parentElement;
  const { kind } = home.dataset;
  const form = copyOf(`form-${kind}`);
  home.querySelector(".confirmed")?.remove();
  prepare(form, kind, desk);
  whenSent(form, () => answer(home, replyOf(form, kind, desk), desk));
  openForm(button, form);
}

const unpaid = ({ bills }) => bills.filter((bill) => bill.outstanding);

function prepare(form, kind, { statement }) {
  const { until, parts } = statement.can_reply[kind];
  const bills = unpaid(statement);
  const choice = slot(form, "bills");
  if (choice && bills.length > 1) choice.append(...bills.map((bill) => billPick(bill, statement)));
  else choice?.remove();
  if (slot(form, "days")) slot(form, "days").append(...daysUntil(statement.on, until));
  else if (until && !parts) put(form, "no-reminders", said(words.no_reminders, { date: date(until) }));
  const paidOn = form.querySelector("[type=date]");
  if (paidOn) paidOn.max = statement.on;
  if (slot(form, "parts")) offerParts(form, parts, bills);
}

function billPick(bill, statement) {
  const values = { bill: nameOf(bill, statement), unit: name(bill.unit), amount: money(bill.outstanding) };
  return pick("checkbox", "bills", keyOf(bill), said(words.choice_bill, values), true);
}

/** The days from tomorrow to the last one allowed, with their weekdays. */
function daysUntil(on, until) {
  const count = Math.round((Date.parse(until) - Date.parse(on)) / A_DAY);
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(Date.parse(on) + (index + 1) * A_DAY);
    const text = day.toISOString().slice(0, 10);
    const shown = said(words.choice_day, { day: dayAs(words.day, text), weekday: words.weekdays[day.getUTCDay()] });
    return new Option(shown.textContent, text);
  });
}

/** In how many parts, with what each would be for the bills chosen. */
function offerParts(form, most, bills) {
  const place = slot(form, "parts");
  const show = () => {
    const chosen = chosenBills(form);
    const owed = sum(bills.filter((bill) => !chosen || chosen.includes(keyOf(bill))), "outstanding");
    const now = form.elements.parts?.value;
    for (const each of place.querySelectorAll(".pick")) each.remove();
    for (let count = 2; count <= most; count++) {
      const text = said(words.choice_parts, { count, amount: money(Math.round(owed / count)) });
      place.append(pick("radio", "parts", count, text, now === String(count)));
    }
  };
  show();
  slot(form, "bills")?.addEventListener("change", show);
}

/** The bills that were ticked; nothing where there was no choice. */
const chosenBills = (form) => slot(form, "bills") && new FormData(form).getAll("bills");

function replyOf(form, kind, { statement }) {
  const { bills: _, parts, tax_id: taxId, ...said } = Object.fromEntries(new FormData(form));
  const reply = { kind, ...Object.fromEntries(Object.entries(said).map(([name, text]) => [name, text.trim()])) };
  if (slot(form, "bills")) reply.bills = chosenBills(form);
  if (parts) reply.parts = Number(parts);
  if (taxId) reply.tax_id = taxId.replace(/\s/g, "").toUpperCase();
  return Object.fromEntries(Object.entries(reply).filter(([, value]) => value !== ""));
}

/** Sends a reply and shows what came of it where its button stands. */
async function answer(home, reply, desk) {
  const form = home.querySelector("form");
  const came = await send(desk.code, reply);
  if (!came) return showTrouble(form, words.unheard);
  if (came.ok) return confirm(home, JSON.parse(came.text), desk);
  if (came.status === 404) return desk.refuse();
  if (came.status === 409) return showTrouble(form, words.earlier_one_came);
  if (came.status === 429) return showTrouble(form, troubleText(came));
  return showErrors(form, came);
}

function confirm(home, taken, desk) {
  if (home.querySelector("form")) closeForm(home.querySelector("form"));
  const made = confirmation(taken);
  home.append(made);
  made.querySelector("h3").focus();
  return desk.refresh();
}

/** Sends again what got no answer. */
export async function sendAgain(button, desk) {
  const notice = button.closest("[data-unanswered]");
  const home = document.querySelector(`[data-kind="${notice.dataset.unanswered}"]`);
  button.disabled = true;
  const came = await send(desk.code, unanswered(desk.code)[notice.dataset.unanswered]);
  button.disabled = false;
  if (came?.status === 404) return desk.refuse();
  if (!came || came.status === 429) return put(notice, "saying", words.unheard);
  if (!came.ok) return put(notice, "saying", came.status === 409 ? words.earlier_one_came : words.not_taken);
  notice.remove();
  return confirm(home, JSON.parse(came.text), desk);
}

export function leaveUnsent(button, { code }) {
  forget(code, button.closest("[data-unanswered]").dataset.unanswered);
  showUnanswered(document, code);
}
