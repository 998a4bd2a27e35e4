// Large text, high contrast and dark colours as somebody chose them on this device, on whatever page: set before
// anything is painted, for which this script stands in the head, without `defer`. The switches are the buttons of
// partials/display.html; where scripts are off they are not shown, and the system's own settings count.

{
  const root = document.documentElement;
  const query = (text) => matchMedia(text).matches;
  const SWITCHES = {
    text: { on: "large", off: "normal", isWished: () => false },
    contrast: { on: "high", off: "normal", isWished: () => query("(prefers-contrast: more)") },
    scheme: { on: "dark", off: "light", isWished: () => query("(prefers-color-scheme: dark)") },
  };

  const key = (name) => `courtyard-${name}`;

  /** What was chosen before; nothing where storage is switched off. */
  function kept(name) {
    try {
      return localStorage.getItem(key(name));
    } catch {
      return null;
    }
  }

  function keep(name, value) {
    try {
      localStorage.setItem(key(name), value);
    } catch {
      // It holds for this view of the page.
    }
  }

  const isOn = (name) => root.dataset[name] === SWITCHES[name].on;
  const buttons = () => document.querySelectorAll("[data-display]");

  function show() {
    for (const button of buttons()) button.setAttribute("aria-pressed", isOn(button.dataset.display));
  }

  for (const [name, { on, off, isWished }] of Object.entries(SWITCHES)) {
    const chosen = kept(name);
    root.dataset[name] = [on, off].includes(chosen) ? chosen : isWished() ? on : off;
  }
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", ({ target }) => {
    const name = target.closest("[data-display]")?.dataset.display;
    if (!name) return;
    root.dataset[name] = isOn(name) ? SWITCHES[name].off : SWITCHES[name].on;
    keep(name, root.dataset[name]);
    show();
  });
}
