// What every page of an owner's is made of: its words, its places and its states. All words come from the page itself.

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

/** How long to wait, roughly, in the largest unit that says enough. */
export function waitOf(seconds) {
  const [unit, size] = seconds < 100 ? ["seconds", 1] : seconds < 6000 ? ["minutes", 60] : ["hours", 3600];
  const count = Math.ceil(seconds / size);
  return said(counted(words[unit], count), { count });
}

export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

export const copyOf = (template) => byId(template).content.firstElementChild.cloneNode(true);
export const slot = (place, name) => place.querySelector(`[data-slot="${name}"]`);

/** Fills a slot; an empty one is hidden. */
export function put(place, name, ...content) {
  const found = slot(place, name);
  found.replaceChildren(...content);
  found.hidden = !found.textContent;
  return found;
}

/** Says something to those who listen rather than look. */
export const announce = (text) => (byId("said").textContent = text);

/** Shows one state of the page, says so aloud, and leaves no focus on what is now hidden. */
export function show(state, announcement) {
  const focused = document.activeElement;
  for (const each of document.querySelectorAll("[data-state]")) each.hidden = each.id !== state;
  const heading = byId(state).querySelector("[tabindex]");
  announce(announcement ?? heading.textContent);
  if (focused.closest("[hidden]")) heading.focus();
}

/** Copies what stands beside a button, or selects it for the reader to. */
export async function copy(button) {
  const text = slot(button.parentElement, "code");
  const label = button.textContent;
  let outcome = words.copied;
  try {
    await navigator.clipboard.writeText(text.textContent);
  } catch {
    getSelection().selectAllChildren(text);
    outcome = words.copy_failed;
  }
  button.textContent = announce(outcome);
  setTimeout(() => (button.textContent = label), 3000);
}

/** What the page's buttons do, by their `data-do`. */
export function whenPressed(actions) {
  const all = { copy, print: () => print(), ...actions };
  addEventListener("click", (event) => {
    const actor = event.target.closest("[data-do]");
    if (!actor) return;
    event.preventDefault();
    all[actor.dataset.do](actor);
  });
}
