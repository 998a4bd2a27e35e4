// What a relative is shown who was asked to pay: the amount, its day, what to write with it; nothing else.

import { Code } from "./code.js";
import { date, moneyText } from "./figures.js";
import { byId, copyOf, put, said, show, slot, whenPressed, words } from "./page.js";
import { Reading } from "./reading.js";

const place = byId("amount");

function showAmount({ on, balance, due_on: due, references }) {
  const isOwed = balance > 0;
  put(place, "label", said(words.owed, { on: date(on) }));
  put(place, "figure", isOwed ? moneyText(balance) : words.nothing_figure);
  slot(place, "figure").classList.toggle("in-words", !isOwed);
  put(place, "when", isOwed ? (due ? said(words.due, { date: date(due) }) : words.due_now) : "");
  slot(place, "ways").hidden = !isOwed;
  put(place, "reference-list", ...references.map(referenceRow));
  slot(place, "references").hidden = !references.length;
  show("amount");
}

function referenceRow(reference) {
  const row = copyOf("reference");
  put(row, "text", words.write);
  put(row, "code", reference);
  return row;
}

const code = new Code("courtyard-pay-code");
const reading = new Reading(() => "amount", code, async () => showAmount);
whenPressed({ retry: () => reading.read() });
code.take();
reading.read();
