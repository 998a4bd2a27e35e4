// Questions to the interface of the portal.

import { language } from "./page.js";

const PATIENCE = 30000;
const USUAL_WAIT = 30;

/** No answer came, so nothing is known of what became of the question. */
export class Unreachable extends Error {}

/** Asks, and gives what came back: its status, its text, and after how many seconds to ask again. */
export async function ask(path, { code, method = "GET", body, aborting = new AbortController() } = {}) {
  const headers = { "Accept-Language": language };
  if (code) headers.Authorization = `Bearer ${code}`;
  if (body) headers["Content-Type"] = "application/json";
  const patience = setTimeout(() => aborting.abort(), PATIENCE);
  const options = { method, headers, body: body && JSON.stringify(body), cache: "no-store", signal: aborting.signal };
  try {
    const answer = await fetch(`/v1/${path}`, options);
    const wait = Number(answer.headers.get("Retry-After")) || USUAL_WAIT;
    return { ok: answer.ok, status: answer.status, text: await answer.text(), wait };
  } catch {
    throw new Unreachable();
  } finally {
    clearTimeout(patience);
  }
}
