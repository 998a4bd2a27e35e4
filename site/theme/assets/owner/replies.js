// What the owner has said: what is open or answered, what got no answer, and what may be said today.

import { date, nearDay } from "./figures.js";
import { copyOf, element, put, said, slot, words } from "./page.js";
import { unanswered } from "./sending.js";
import { instalment } from "./statement.js";

const kindName = (kind) => words.kinds[kind].label;

/** Lists what was said, and offers what the rules allow this owner today. */
export function showReplies(place, { replies = [], can_reply: allowed = {}, on }) {
  const listed = slot(place, "replies");
  const rows = replies.map((reply) => element("li", "", ...rowOf(reply, on)));
  listed.replaceChildren(...(rows.length ? [document.getElementById("replies").content.cloneNode(true)] : []));
  listed.querySelector("ul")?.append(...rows);
  listed.hidden = !rows.length;
  for (const home of place.querySelectorAll("[data-kind]")) {
    const button = home.querySelector("[data-do=answer]");
    button.hidden = !allowed[home.dataset.kind] || button.nextElementSibling?.localName === "form";
  }
}

function rowOf({ kind, number, received_on: received, answer_by: by, is_open: isOpen }, on) {
  const name = element("b", "", said(words.reply, { kind: kindName(kind), number: element("span", "whole", number) }));
  const when = said(words.reply_received, { date: nearDay(received, on) });
  const state = isOpen ? said(words.reply_open, { date: nearDay(by, on) }) : words.reply_closed;
  return [name, element("span", "quiet", when, words.list, state)];
}

/** Offers to send again what got no answer before the page was opened anew. */
export function showUnanswered(place, code) {
  const notices = Object.keys(unanswered(code)).map((kind) => {
    const notice = copyOf("unanswered");
    notice.dataset.unanswered = kind;
    put(notice, "saying", said(words.unanswered, { kind: kindName(kind) }));
    return notice;
  });
  slot(place, "unanswered").replaceChildren(...notices);
}

/** What was taken in: its number, who answers by when, what is paused until when. */
export function confirmation({ kind, number, answer_by: by, hold, refused, instalments = [] }) {
  const made = copyOf("confirmed");
  put(made, "title", said(words.confirmed, { number: element("span", "whole", number) }));
  put(made, "answer-by", said(words.answer_by[kind] ?? words.answer_by.other, { date: date(by) }));
  put(made, "pause", pauseText(hold, refused));
  put(made, "instalments", ...instalments.map(instalment).map((text) => element("li", "", text)));
  return made;
}

function pauseText(hold, refused) {
  if (refused) return words.not_paused[refused.code] ?? words.not_paused.other;
  if (!hold?.until) return "";
  return said(hold.stops_late_fee ? words.paused_free : words.paused, { date: date(hold.until) });
}
