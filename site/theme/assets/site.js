// Runs before the theme's script, fetches it once the page has been seen, and keeps it from asking other hosts for
// anything.

const { next } = document.currentScript.dataset;
requestAnimationFrame(() => setTimeout(() => document.head.append(Object.assign(document.createElement("script"), { src: next }))));

// The theme would fetch a sitemap from each alternate address, which is another host wherever a copy of the
// site is looked at. A rel that only the theme no longer recognises keeps the addresses for search engines.
document.querySelectorAll("link[rel=alternate]").forEach((link) => {
  link.rel = "alternate ";
});

// The theme would fetch a stand-in from elsewhere for browsers that cannot observe sizes. They do without.
if (!("ResizeObserver" in window)) {
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
}

// The theme searches when a key goes up. Handwriting, speech and pasting raise no key.
const query = document.querySelector("[data-md-component=search-query]");
if (query) query.addEventListener("input", () => query.dispatchEvent(new Event("keyup")));

// What is read is kept for when there is no network (sw.js); where that cannot be, the pages work as ever.
const home = document.querySelector(".header-name").href;
if ("serviceWorker" in navigator) addEventListener("load", () => navigator.serviceWorker.register(new URL("sw.js", home)).catch(() => {}));

// The page that says there is no network stands at the address that was asked for. A network that is back needs a
// moment until it carries anything.
if (document.getElementById("offline")) addEventListener("online", () => setTimeout(() => location.reload(), 1000));
addEventListener("click", ({ target }) => target.closest("[data-again]") && location.reload());

// The search opens by a button where there is no room for its field, and gives the keyboard back when it is left.
const searching = document.getElementById("__search");
const opener = document.querySelector(".header-search");
opener.addEventListener("click", () => {
  searching.checked || searching.click();
  query.focus();
});
document.querySelector(".search-close").addEventListener("click", () => searching.click());
searching.addEventListener("change", () => {
  const isLost = () => !searching.checked && (document.activeElement === document.body || document.activeElement.className === "search-close");
  setTimeout(() => isLost() && opener.focus());
});

// The menu folds again when somebody is done with it.
const menu = document.querySelector(".header-menu");
document.addEventListener("click", ({ target }) => menu.contains(target) || (menu.open = false));
menu.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
