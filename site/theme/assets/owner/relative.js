// A link for a relative: it shows what is to be paid and how, and nothing else.

import { date } from "./figures.js";
import { attempt, troubleText } from "./form.js";
import { announce, copyOf, element, put, said, slot, words } from "./page.js";
import { picture } from "./qr.js";

/** Makes the link and shows it, to copy, to send on or to scan. */
export async function makeLink(button, desk) {
  const home = button.parentElement;
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  const came = await attempt("links/pay", { code: desk.code.value, method: "POST", body: {} });
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

function refusal(came) {
  const told = element("p", "fault", troubleText(came));
  told.setAttribute("role", "alert");
  return told;
}

/** Hands the link to whatever the phone sends things with. */
export async function shareLink(button) {
  const url = slot(button.closest(".confirmed"), "code").textContent;
  const text = said(words.relative_share, words).textContent;
  await navigator.share({ text, url }).catch(() => {}); // whoever closes the choice has changed their mind
}
