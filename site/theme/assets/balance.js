// The owner's balance page: takes the code out of the address, asks for the statement, and shows it or says
// why it cannot. All words come from the page itself.

const KEPT = "courtyard-code";
const PATIENCE = 30000;

export const byId = (id) => document.getElementById(id);
export const words = JSON.parse(byId("words").textContent);
export const language = document.documentElement.lang;
const plurals = new Intl.PluralRules(language);

/** Words with their values, which may be nodes. */
export function said(text, values) {
  const fragment = document.createDocumentFragment();
  fragment.append(...text.split(/\{(\w+)\}/).map((piece, index) => (index % 2 ? values[piece] : piece)));
  return fragment;
}

/** The words for a number: one text, or one for each plural form. */
export const counted = (text, number) => text[plurals.select(number)] ?? text;

// The page

export const slot = (place, name) => place.querySelector(`[data-slot="${name}"]`);

/** Fills a slot; an empty one is hidden. */
export function put(place, name, ...content) {
  const found = slot(place, name);
  found.replaceChildren(...content);
  found.hidden = !found.textContent;
  return found;
}

/** Shows one state of the page, says so aloud, and leaves no focus on what is now hidden. */
export function show(state, announcement) {
  const focused = document.activeElement;
  for (const name of ["loading", "refused", "offline", "broken", "busy", "statement"]) {
    byId(name).hidden = name !== state;
  }
  const heading = byId(state).querySelector("[tabindex]");
  byId("said").textContent = announcement ?? heading.textContent;
  if (focused.closest("[hidden]")) heading.focus();
}

// The code and the question

let code, asking, waiting;

/** The code in the address, if there is one: taken out at once, kept for this tab alone. */
function takeCode() {
  const fragment = location.hash.slice(1);
  if (!fragment || byId(fragment)) return false;
  history.replaceState(null, "", location.pathname + location.search);
  keep(/^[\w-]*/.exec(fragment)[0]); // what a mail program hung on behind it is not part of it
  return true;
}

function keep(found) {
  code = found;
  try {
    sessionStorage.setItem(KEPT, found);
  } catch {
    // Storage is switched off: the code lasts as long as this view of the page.
  }
}

function kept() {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

class Unreachable extends Error {}

function unreachable() {
  throw new Unreachable();
}

async function load() {
  clearTimeout(waiting);
  asking?.abort();
  if (!code) return show("refused");
  const mine = (asking = new AbortController());
  const patience = setTimeout(() => mine.abort(), PATIENCE);
  show("loading");
  try {
    await ask(mine.signal);
  } catch (fault) {
    if (mine === asking) show(fault instanceof Unreachable ? "offline" : "broken");
  } finally {
    clearTimeout(patience);
  }
}

async function ask(signal) {
  const headers = { Authorization: `Bearer ${code}`, "Accept-Language": language };
  const view = import("./statement.js");
  view.catch(() => {}); // it is waited for below, once there is a statement to show
  const answer = await fetch("/v1/statement", { headers, cache: "no-store", signal }).catch(unreachable);
  const text = await answer.text().catch(unreachable);
  if (answer.ok) {
    const { showStatement } = await view.catch(unreachable);
    return signal.aborted || showStatement(JSON.parse(text));
  }
  if (answer.status === 429) return waitAndAskAgain(Number(answer.headers.get("Retry-After")) || 30);
  if (answer.status >= 500) return show("broken");
  keep("");
  show("refused");
}

/** Asks again by itself when the time the server gave is up. */
function waitAndAskAgain(seconds) {
  put(byId("busy"), "do", said(counted(words.busy, seconds), { seconds }));
  show("busy");
  waiting = setTimeout(load, seconds * 1000);
}

// What the reader does

const ACTIONS = {
  retry: load,
  print: () => print(),
  pay: () => {
    byId("pay").scrollIntoView();
    byId("pay").focus({ preventScroll: true });
  },
  copy: copyReference,
};

async function copyReference(button) {
  const reference = slot(button.parentElement, "code");
  const label = button.textContent;
  let outcome = words.copied;
  try {
    await navigator.clipboard.writeText(reference.textContent);
  } catch {
    getSelection().selectAllChildren(reference);
    outcome = words.copy_failed;
  }
  button.textContent = byId("said").textContent = outcome;
  setTimeout(() => (button.textContent = label), 3000);
}

addEventListener("click", (event) => {
  const actor = event.target.closest("[data-do]");
  if (!actor) return;
  event.preventDefault();
  ACTIONS[actor.dataset.do](actor);
});
addEventListener("hashchange", () => takeCode() && load());
addEventListener("online", () => byId("offline").hidden || load());

// Paper cannot be unfolded: everything is, and folds again afterwards.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const details of unfolded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});

if (!takeCode()) code = kept();
load();
