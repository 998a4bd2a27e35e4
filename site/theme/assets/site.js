// Runs before the theme's script, and keeps it from asking other hosts for anything.

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
