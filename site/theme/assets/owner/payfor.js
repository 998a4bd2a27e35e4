// What a relative is shown who was asked to pay: the amount, its day, what to write with it; nothing else.

import { Code } from "./code.js";
import { date, moneyText, showSum } from "./figures.js";
import { byId, copyOf, put, said, show, slot, whenPressed, words } from "./page.js";
import { Reading } from "./reading.js";
import { referenceOf } from "./reference.js";

const place = byId("amount");

function showAmount({ on, balance, due_on: due, references }) {
  const isOwed = balance > 0;
  put(place, "label", said(words.owed, { on: date(on) }));
  showSum(place, isOwed ? moneyText(balance) : words.nothing_figure, !isOwed);
  put(place, "when", isOwed && due ? said(due < on ? words.past_due : words.due, { date: date(due) }) : "");
  slot(place, "ways").hidden = !isOwed;
  put(place, "reference-list", ...byUnit(references).map(referenceRow));
  slot(place, "references").hidden = !references.length;
  show("amount");
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

function referenceRow([unit, periods]) {
  const row = copyOf("reference");
  put(row, "text", words.write);
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
