// How the owner hears from us: language, e-mail, text messages, large print; one lawful channel always remains.

import { closeForm } from "./answers.js";
import { ask } from "./api.js";
import { showTrouble, whenSent } from "./form.js";
import { copyOf, put, said, waitOf, words } from "./page.js";

const SWITCHES = ["email", "sms", "large_print"];

/** Opens the preferences, or closes them. */
export function openPreferences(button, desk) {
  const home = button.parentElement;
  if (home.querySelector("form")) return closeForm(button);
  const form = copyOf("preferences");
  home.append(form);
  button.setAttribute("aria-expanded", "true");
  fill(form, desk.statement.preferences);
  whenSent(form, () => save(form, desk));
  form.addEventListener("change", () => put(form, "saved"));
  form.querySelector("h3").focus();
}

function fill(form, preferences) {
  form.elements.language.value = preferences.language;
  for (const name of SWITCHES) form.elements[name].checked = preferences[name];
  put(form, "remains", said(words.remains, { channel: words.channels[preferences.remains] ?? words.channels.letter }));
}

async function save(form, { code, refresh, refuse }) {
  const wish = { language: form.elements.language.value };
  for (const name of SWITCHES) wish[name] = form.elements[name].checked;
  const came = await ask("preferences", { code: code.value, method: "PUT", body: wish }).catch(() => ({ status: 0 }));
  if (came.status === 404) return refuse();
  if (came.status === 429) return showTrouble(form, said(words.too_many, { wait: waitOf(came.wait) }));
  if (!came.ok) return showTrouble(form, words.not_taken);
  fill(form, JSON.parse(came.text));
  put(form, "saved", words.preferences_saved);
  return refresh();
}
