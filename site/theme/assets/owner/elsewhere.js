// The link given back to its owner: to open in another browser, or to keep.

import { announce, copy, put, words } from "./page.js";

/** Copies the link, and shows it for those whose browser copies nothing. */
export function giveLink(button, { code }) {
  put(button.parentElement, "code", code.link);
  return copy(button);
}

/** Puts the code back into the address, from where other programs take it. */
export function restoreAddress(button, { code }) {
  code.giveBack();
  announce(put(button.parentElement, "given", words.given).textContent);
}
