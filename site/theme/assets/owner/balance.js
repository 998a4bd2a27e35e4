// The owner's balance page: takes the code out of the address, asks for the statement, and shows it or says
// why it cannot. What is not needed at first sight is fetched when it is.

import { ownersCode } from "./code.js";
import { announce, byId, put, show, slot, whenPressed, words } from "./page.js";
import { Reading } from "./reading.js";

const code = ownersCode();
const reading = new Reading(() => "statement", code, view);
const place = byId("statement");
let statement;

/** How a statement is shown: first what matters, then what unfolds. */
async function view() {
  const { showStatement } = await import("./statement.js");
  return (read, inSight) => {
    statement = read;
    showStatement(statement);
    if (inSight) show("statement", [words.ready, ...["label", "figure", "when"].map((name) => slot(place, name).textContent)].join(" "));
    return showRest().catch(() => put(place, "unread", words.rest_unread));
  };
}

async function showRest() {
  const { showBelow } = await import("./below.js");
  put(place, "unread");
  return showBelow(place, statement, code);
}

/** Does what a module of its own is for, with what that may need of the page. */
const by = (module, name) => async (button) => {
  const desk = { code, statement, refresh: () => reading.read({ inSight: false }), refuse: () => reading.refuse() };
  const loaded = await import(module).catch(() => announce(put(place, "unread", words.not_loaded).textContent) && null);
  await loaded?.[name](button, desk);
};

whenPressed({
  retry: () => reading.read(),
  go: (link) => {
    const heading = byId(link.hash.slice(1));
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  },
  answer: by("./answers.js", "openAnswer"),
  close: by("./form.js", "closeForm"),
  again: by("./answers.js", "sendAgain"),
  leave: by("./answers.js", "leaveUnsent"),
  scan: by("./scan.js", "showScan"),
  relative: by("./relative.js", "makeLink"),
  share: by("./relative.js", "shareLink"),
  preferences: by("./preferences.js", "openPreferences"),
  link: by("./elsewhere.js", "giveLink"),
  address: by("./elsewhere.js", "restoreAddress"),
});

code.take();
reading.read();
