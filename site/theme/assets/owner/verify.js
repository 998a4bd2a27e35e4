// Whether a printed receipt is genuine: by what was typed, or by what the receipt's QR code carries.

import { attempt, showTrouble, troubleText, whenSent } from "./form.js";
import { announce, byId } from "./page.js";

const form = byId("verify");
const outcomes = [...document.querySelectorAll("[data-outcome]")];
const fields = ["number", "check"];

/** Takes number and check code over from the address, if it has both; true if so. */
function takeOver() {
  const given = new URLSearchParams(location.hash.slice(1) || location.search);
  document.querySelector(".language a").hash = location.hash;
  for (const name of fields) form.elements[name].value = given.get(name) ?? form.elements[name].value;
  return fields.every((name) => given.get(name));
}

async function verify() {
  for (const each of outcomes) each.hidden = true;
  const given = new URLSearchParams(fields.map((name) => [name, form.elements[name].value.trim().toUpperCase()]));
  const came = await attempt(`receipts/verify?${given}`);
  if (!came.ok) return showTrouble(form, troubleText(came));
  const shown = outcomes.find(({ dataset }) => dataset.outcome === JSON.parse(came.text).state);
  shown.hidden = false;
  const heading = shown.querySelector("h2");
  announce(shown.textContent);
  heading.focus();
}

whenSent(form, verify);
addEventListener("hashchange", () => takeOver() && form.requestSubmit());
if (takeOver()) form.requestSubmit();
