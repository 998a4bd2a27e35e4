// A receipt: read by the code kept in this tab and the number in the address, shown to be printed.

import { ownersCode } from "./code.js";
import { date, money, moneyText, name, period, showSum, whole } from "./figures.js";
import { byId, element, put, said, show, slot, whenPressed, words } from "./page.js";
import { picture } from "./qr.js";
import { Reading } from "./reading.js";

const place = byId("receipt");

/** A receipt that is not there says nothing of the code, which may open others. */
class ReadingReceipt extends Reading {
  refuse() {
    show("refused");
  }
}

const number = () => decodeURIComponent(location.hash.slice(1));

const fact = (label, content) => element("div", "", element("dt", "quiet", label), element("dd", "", content));

function line(label, amount) {
  return element("div", "", element("dt", "", label), element("dd", "sum", money(amount)));
}

function showReceipt(receipt) {
  const { reversed_on: reversed, lines, credit } = receipt;
  put(place, "reversed", reversed ? said(words.reversed_on, { date: date(reversed) }) : "");
  showSum(place, moneyText(receipt.amount));
  put(place, "facts", ...factsOf(receipt));
  const paid = lines.map(({ kind_name: kind, ...part }) => line(said(words.paid_line, {
    unit: name(part.unit), period: period(part.period), kind: name(kind), part: words.parts[part.part],
  }), part.amount));
  put(place, "lines", ...paid, ...(credit ? [line(words.credit, credit)] : []));
  slot(place, "paid-for").hidden = slot(place, "lines").hidden;
  showProof(receipt);
  show("receipt");
}

function factsOf(receipt) {
  const facts = [
    [words.number, whole(receipt.number)],
    [words.check, whole(receipt.check)],
    [words.paid_on, date(receipt.paid_on)],
    [words.received_on, date(receipt.received_on)],
    [words.method, receipt.method_name],
    [words.reference_given, receipt.reference],
    [words.payer_unit, receipt.payer_unit],
  ];
  return facts.filter(([, content]) => content).map(([label, content]) => fact(label, content));
}

/** Where anybody can see that the receipt is genuine, in words and to scan. */
function showProof({ number: shown, check }) {
  const address = new URL("../verify/", location.href);
  address.hash = "";
  const link = put(place, "address", address.href);
  address.hash = new URLSearchParams({ number: shown, check });
  link.href = address.href;
  slot(place, "code").replaceChildren(picture(address.href, words.verify_code));
}

/** The page in the other language shows the same receipt. */
function keepNumber() {
  document.querySelector(".language a").hash = location.hash;
  return true;
}

const reading = new ReadingReceipt(() => `receipts/${encodeURIComponent(number())}`, ownersCode(), async () => showReceipt, keepNumber);
whenPressed({ retry: () => reading.read() });
keepNumber();
reading.read();
