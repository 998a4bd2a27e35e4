// A page that reads one thing from the interface and shows it, or says why it cannot and what to do.

import { ask, Unreachable } from "./api.js";
import { announce, byId, put, said, show, waitOf, words } from "./page.js";

const SLOW = 8000;

/** Reads a path with a code and hands what it read to the view, which may still be on its way. */
export class Reading {
  #path;
  #code;
  #view;
  #asking;
  #waiting;

  /** `renewed` tells whether a change of the address means to read anew. */
  constructor(path, code, view, renewed = () => code.take()) {
    [this.#path, this.#code, this.#view] = [path, code, view];
    addEventListener("hashchange", () => renewed() && this.read());
    addEventListener("online", () => byId("offline").hidden || this.read());
  }

  /** Reads anew, in sight; or behind what is shown, which then stays if that fails. */
  async read({ inSight = true } = {}) {
    clearTimeout(this.#waiting);
    this.#asking?.abort();
    if (!this.#code.value) return show("refused");
    const mine = (this.#asking = new AbortController());
    const slow = inSight && this.#begin();
    try {
      await this.#ask(mine, inSight);
    } catch (fault) {
      if (mine === this.#asking && inSight) show(fault instanceof Unreachable ? "offline" : "broken");
    } finally {
      clearTimeout(slow);
    }
  }

  #begin() {
    put(byId("loading"), "saying", words.loading);
    show("loading");
    return setTimeout(() => announce(put(byId("loading"), "saying", words.slow).textContent), SLOW);
  }

  async #ask(mine, inSight) {
    const view = this.#view();
    view.catch(() => {}); // it is waited for below, once there is something to show
    const answer = await ask(this.#path(), { code: this.#code.value, aborting: mine });
    if (mine.signal.aborted) return;
    if (answer.ok) return (await view.catch(() => Promise.reject(new Unreachable())))(JSON.parse(answer.text), inSight);
    if (!inSight) return;
    if (answer.status === 429) return this.#waitAndReadAgain(answer.wait);
    if (answer.status !== 404) return show("broken");
    this.refuse();
  }

  /** The code opens nothing: it is forgotten. */
  refuse() {
    this.#code.keep("");
    show("refused");
  }

  /** Reads again by itself when the time the server gave is up. */
  #waitAndReadAgain(seconds) {
    put(byId("busy"), "do", said(words.busy, { wait: waitOf(seconds) }));
    show("busy");
    this.#waiting = setTimeout(() => this.read(), seconds * 1000);
  }
}
