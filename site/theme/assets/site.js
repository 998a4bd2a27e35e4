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
