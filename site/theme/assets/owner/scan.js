// What to write on a transfer as a code to scan: drawn when it is asked for.

import { slot } from "./page.js";
import { picture } from "./qr.js";

/** Shows the code of the reference beside a button, or folds it away again. */
export function showScan(button) {
  const row = button.parentElement;
  const place = slot(row, "scan");
  place.querySelector(".qr") ?? place.append(picture(slot(row, "code").textContent));
  place.hidden = !place.hidden;
  button.setAttribute("aria-expanded", String(!place.hidden));
}
