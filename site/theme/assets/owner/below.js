// What stands below the first view: fetched once that is there, and put into its places.

import "./elsewhere.js";
import { explainBills, showRules } from "./explanation.js";
import { slot, words } from "./page.js";
import "./paper.js";
import { showPayments } from "./payments.js";
import { showReferences } from "./reference.js";
import { showReplies, showUnanswered } from "./replies.js";

let fetched;

/** Fills in what the first view of a statement has left open. */
export async function showBelow(place, statement, code) {
  await (fetched ??= fetchParts(place));
  explainBills(statement);
  showPayments(place, statement);
  showReferences(place, statement);
  showRules(place, statement);
  showReplies(place, statement);
  showUnanswered(place, code);
}

async function fetchParts(place) {
  try {
    const [page] = await Promise.all([readPage("below/"), addStyle("../below.css")]);
    const parts = new DOMParser().parseFromString(page, "text/html");
    Object.assign(words, JSON.parse(parts.getElementById("words").textContent));
    for (const template of parts.querySelectorAll("template")) putIn(place, document.adoptNode(template));
  } catch (fault) {
    fetched = undefined; // so that the next time tries again
    throw fault;
  }
}

async function readPage(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(address);
  return answer.text();
}

/** A part goes where it names, or waits in the page until it is wanted. */
function putIn(place, template) {
  if (template.dataset.into) slot(place, template.dataset.into).replaceChildren(template.content);
  else document.body.append(template);
}

/** Adds a style, and waits for it: nothing is to be seen without. */
function addStyle(address) {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL(address, import.meta.url);
  document.head.append(style);
  return new Promise((resolve) => (style.onload = style.onerror = resolve));
}
