// The code of a private link: taken out of the address at once, kept for this tab alone.

import { byId } from "./page.js";

/** The code kept in this tab under a name. */
export class Code {
  #name;
  value;

  constructor(name) {
    this.#name = name;
    this.value = this.#kept();
  }

  /** Takes the code out of the address, if there is one. */
  take() {
    const fragment = location.hash.slice(1);
    if (!fragment || byId(fragment)) return false;
    history.replaceState(null, "", location.pathname + location.search);
    this.keep(/^[\w-]*/.exec(fragment)[0]); // what a mail program hung on behind it is not part of it
    return true;
  }

  keep(code) {
    this.value = code;
    try {
      sessionStorage.setItem(this.#name, code);
    } catch {
      // Storage is switched off: the code lasts as long as this view of the page.
    }
  }

  /** Puts the code back into the address, for a browser that passes the page on to another. */
  giveBack() {
    history.replaceState(null, "", this.link);
  }

  get link() {
    return `${location.origin}${location.pathname}#${this.value}`;
  }

  #kept() {
    try {
      return sessionStorage.getItem(this.#name);
    } catch {
      return null;
    }
  }
}

/** The code of an owner's own link. */
export const ownersCode = () => new Code("courtyard-code");
