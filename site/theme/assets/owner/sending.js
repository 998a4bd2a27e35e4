// A reply on its way: under a name of its own until it is answered, so that sending it again never notes it twice.

import { ask, Unreachable } from "./api.js";

const KEPT = "courtyard-unanswered";

/** What was sent by this link and is not answered yet, by its kind. */
export function unanswered(code) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
    return kept.code === code.value ? kept.replies : {};
  } catch {
    return {};
  }
}

function keep(code, replies) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ code: code.value, replies }));
  } catch {
    // Storage is switched off: the name lasts as long as the form does.
  }
}

export function forget(code, kind) {
  const { [kind]: _, ...others } = unanswered(code);
  keep(code, others);
}

const newName = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Sends a reply; what came back, or nothing if that is not known. */
export async function send(code, reply) {
  const named = { ...reply, id: unanswered(code)[reply.kind]?.id ?? newName() };
  keep(code, { ...unanswered(code), [reply.kind]: named });
  const answer = await ask("replies", { code: code.value, method: "POST", body: named }).catch(onlyUnreachable);
  if (!answer || answer.status >= 500) return null;
  if (answer.status !== 429) forget(code, reply.kind);
  return answer;
}

function onlyUnreachable(fault) {
  if (!(fault instanceof Unreachable)) throw fault;
}
