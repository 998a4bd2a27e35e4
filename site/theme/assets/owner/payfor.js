// What a relative is shown who was asked to pay: the amount, its day, what to write with it; nothing else.

import { Code } from "./code.js";
import { date, money, moneyText, showSum } from "./figures.js";
import { byId, copyOf, put, said, show, slot, whenPressed, words } from "./page.js";
import { Reading } from "./reading.js";
import { referenceOf } from "./reference.js";

const place = byId("amount");

function showAmount(told) {
  const { on, balance, references } = told;
  const isOwed = balance > 0;
  put(place, "label", said(words.owed, { on: date(on) }));
  showSum(place, isOwed ? moneyText(balance) : words.nothing_figure, !isOwed);
  put(place, "when", isOwed ? whenToPay(told) : "");
  slot(place, "ways").hidden = !isOwed;
  const units = byUnit(references);
  put(place, "reference-list", ...units.map((unit) => referenceRow(unit, units.length > 1)));
  slot(place, "references").hidden = !references.length;
  show("amount");
}

/** By when, and how much of it is past its day. */
function whenToPay({ on, balance, overdue, due_on: due, references }) {
  if (!due) return "";
  const ofAll = references.length > 1 ? words.past_due_earliest : words.past_due;
  const text = due >= on ? words.due : overdue < balance ? words.past_due_part : ofAll;
  return said(text, { date: date(due), amount: money(overdue) });
}

/** The periods of each unit: a reference is a unit, a space and a period. */
function byUnit(references) {
  const found = new Map();
  for (const reference of references) {
    const [, unit, period] = /^(.*) (\S+)$/.exec(reference) ?? [reference, reference, ""];
    found.set(unit, [...(found.get(unit) ?? []), period]);
  }
  return [...found];
}

function referenceRow([unit, periods], isOneOfSome) {
  const row = copyOf("reference");
  put(row, "text", isOneOfSome ? words.write_each : words.write);
  put(row, "code", referenceOf(unit, periods).trim());
  return row;
}

const code = new Code("courtyard-pay-code");
const reading = new Reading(() => "amount", code, async () => showAmount);
whenPressed({
  retry: () => reading.read(),
  scan: async (button) => (await import("./scan.js")).showScan(button),
});
code.take();
reading.read();
