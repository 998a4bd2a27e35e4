// “Send me my bill”: asks for the link, or opens the bill by the code a text message brought. What is on file and what
// is not looks the same here.

import { ownersCode } from "./code.js";
import { attempt, showErrors, showFaults, showTrouble, troubleText, whenSent } from "./form.js";
import { byId, slot } from "./page.js";

const asking = byId("ask");
const coding = byId("code");
const sent = byId("sent");

const value = (form, name) => form.elements[name].value.trim();
const isMail = () => value(asking, "contact").normalize("NFKC").includes("@");

const post = (path, body) => attempt(path, { method: "POST", body });

async function askForBill() {
  sent.hidden = true;
  const came = await post("links", { unit: value(asking, "unit"), contact: value(asking, "contact") });
  if (came.status === 400) return showErrors(asking, came);
  if (!came.ok) return showTrouble(asking, troubleText(came));
  slot(sent, "mail").hidden = !isMail();
  coding.hidden = isMail();
  sent.hidden = false;
  sent.querySelector("h2").focus();
}

async function openBill() {
  const code = value(coding, "code").normalize("NFKC").replace(/\D/g, "");
  const came = await post("sessions", { unit: value(asking, "unit"), phone: value(asking, "contact"), code });
  if ([400, 404].includes(came.status)) return showFaults(coding, [{ field: "code", code: "unknown" }]);
  if (!came.ok) return showTrouble(coding, troubleText(came));
  const { code: link } = JSON.parse(came.text);
  ownersCode().keep(link);
  // Where storage is switched off, the code goes the way it does in a link.
  location.assign(`../balance/${ownersCode().value === link ? "" : `#${link}`}`);
}

whenSent(asking, askForBill);
whenSent(coding, openBill);
