// Forms: what is wrong with a field is said beside it, and the first such field is where the reader is led.

import { ask } from "./api.js";
import { element, said, slot, waitOf, words } from "./page.js";

const controlsOf = (field) => field.querySelectorAll("input, select, textarea");

/** The fields that lack what they need, or hold too much. */
function faultsOf(form) {
  return [...form.querySelectorAll("[data-field]")].flatMap((field) => {
    const name = field.dataset.field;
    const [control] = controlsOf(field);
    if (!control) return [];
    const isGroup = field.localName === "fieldset";
    if (isGroup) return field.querySelector(":checked") ? [] : [{ field: name, code: "missing" }];
    const count = [...control.value.trim()].length;
    const most = Number(control.dataset.most) || Infinity;
    if (control.required && !count) return [{ field: name, code: "missing" }];
    return count > most ? [{ field: name, code: "too_long", values: { most, count } }] : [];
  });
}

/** Shows what is wrong, each beside its field; true if anything is. */
export function showFaults(form, faults) {
  for (const field of form.querySelectorAll("[data-field]")) {
    const fault = faults.find((each) => each.field === field.dataset.field);
    const place = field.querySelector(".fault");
    place.replaceChildren(fault ? faultText(fault) : "");
    place.hidden = !fault;
    for (const control of controlsOf(field)) {
      if (fault) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
  }
  form.querySelector("[aria-invalid]")?.focus();
  return faults.length > 0;
}

/** Shows what the interface found wrong: beside the fields it names, or for the form as a whole. */
export function showErrors(form, { text }) {
  const known = errorsOf(text).filter(({ field }) => form.querySelector(`[data-field="${CSS.escape(field)}"]`));
  if (!showFaults(form, known)) showTrouble(form, words.not_taken);
}

/** A firewall before the interface refuses in words of its own. */
function errorsOf(text) {
  try {
    return JSON.parse(text).errors ?? [];
  } catch {
    return [];
  }
}

function faultText({ field, code, values }) {
  const known = words.faults;
  return said(known[`${field}.${code}`] ?? known[code] ?? known.other, values);
}

/** Sends what a form says; that no answer came is an answer as well. */
export const attempt = (path, options) => ask(path, options).catch(() => ({ status: 0 }));

/** Why nothing came of it: too often by now, or something that is no fault of the form. */
export const troubleText = ({ status, wait }) => (status === 429 ? said(words.too_many, { wait: waitOf(wait) }) : words.not_taken);

/** Says what came of sending a form as a whole. */
export function showTrouble(form, ...content) {
  const place = slot(form, "trouble");
  place.replaceChildren(...content);
  place.hidden = !content.length;
}

/** Sends a form by `send`, once at a time: a second tap while the first is on its way does nothing. */
export function whenSent(form, send) {
  const button = form.querySelector("[type=submit]");
  const label = button.textContent;
  button.disabled = false; // without this script a form would put into the address what was typed
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    showTrouble(form);
    if (showFaults(form, faultsOf(form))) return;
    button.setAttribute("aria-disabled", "true");
    button.textContent = words.sending;
    await send().finally(() => {
      button.removeAttribute("aria-disabled");
      button.textContent = label;
    });
  });
}

/** Puts a form in the place of the button that opened it; any other that is open gives way. */
export function openForm(button, form) {
  for (const open of document.querySelectorAll("form")) closeForm(open);
  button.hidden = true;
  button.after(form);
  form.querySelector("[tabindex]").focus();
}

/** Gives a form's place back to its button. */
export function closeForm(inside) {
  const form = inside.closest("form");
  const button = form.previousElementSibling;
  button.hidden = false;
  form.remove();
  button.focus();
}

/** One thing to tick or choose. */
export function pick(type, name, value, text, isChosen) {
  const input = Object.assign(element("input", ""), { type, name, value, checked: isChosen });
  return element("label", "pick", input, element("span", "", text));
}
