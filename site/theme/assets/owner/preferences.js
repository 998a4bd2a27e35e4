// How the owner hears from us: language, e-mail, text messages, large print; one lawful channel always remains.

import { attempt, openForm, showTrouble, troubleText, whenSent } from "./form.js";
import { copyOf, put, said, words } from "./page.js";

const SWITCHES = ["email", "sms", "large_print"];

/** Opens the preferences. */
export function openPreferences(button, desk) {
  const form = copyOf("preferences");
  fill(form, desk.statement.preferences);
  whenSent(form, () => save(form, desk));
  form.addEventListener("change", () => put(form, "saved"));
  openForm(button, form);
}

function fill(form, preferences) {
  form.elements.language.value = preferences.language;
  for (const name of SWITCHES) form.elements[name].checked = preferences[name];
  put(form, "remains", said(words.remains, { channel: words.channels[preferences.remains] ?? words.channels.letter }));
}

async function save(form, { code, refresh, refuse }) {
  const wish = { language: form.elements.language.value };
  for (const name of SWITCHES) wish[name] = form.elements[name].checked;
  const came = await attempt("preferences", { code: code.value, method: "PUT", body: wish });
  if (came.status === 404) return refuse();
  if (!came.ok) return showTrouble(form, troubleText(came));
  fill(form, JSON.parse(came.text));
  put(form, "saved", words.preferences_saved);
  return refresh();
}
