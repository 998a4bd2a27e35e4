// A link for a relative: it shows what is to be paid and how, and nothing else.

import { ask } from "./api.js";
import { date } from "./figures.js";
import { announce, copyOf, element, put, said, slot, waitOf, words } from "./page.js";
import { picture } from "./qr.js";

/** Makes the link and shows it, to copy, to send on or to scan. */
export async function makeLink(button, desk) {
  const home = button.parentElement;
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  const came = await ask("links/pay", { code: desk.code.value, method: "POST", body: {} }).catch(() => ({ status: 0 }));
  button.removeAttribute("aria-disabled");
  if (came.status === 404) return desk.refuse();
  home.querySelector(".confirmed, .fault")?.remove();
  home.append(came.ok ? linkShown(JSON.parse(came.text)) : refusal(came));
}

function linkShown({ url, expires }) {
  const made = copyOf("link");
  put(made, "made", said(words.relative_made, { date: date(expires) }));
  put(made, "code", url);
  slot(made, "code-picture").replaceChildren(picture(url));
  made.querySelector("[data-do=share]").hidden = !navigator.share;
  announce(slot(made, "made").textContent);
  return made;
}

function refusal({ status, wait }) {
  const text = status === 429 ? said(words.too_many, { wait: waitOf(wait) }) : words.not_taken;
  const told = element("p", "fault", text);
  told.setAttribute("role", "alert");
  return told;
}

/** Hands the link to whatever the phone sends things with. */
export async function shareLink(button) {
  const url = slot(button.closest(".confirmed"), "code").textContent;
  const text = said(words.relative_share, words).textContent;
  await navigator.share({ text, url }).catch(() => {}); // whoever closes the choice has changed their mind
}
