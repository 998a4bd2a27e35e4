{#- The public pages are those of the site's own template; the others are private, or tell of one owner. -#}
{%- set public = pages | map(attribute="page") | rejectattr("meta.template", "defined") | map(attribute="url") | list -%}
// Keeps public pages somebody has read, and what they are made of, for when there is no network. Whatever is not
// named here is never kept: not what the API answers, not a bill, not a receipt.

const PAGES = {{ public | tojson }};
const PARTS = ["assets/", "search/"];
const FIRST = {{ (["offline.html", "", "pay/", "contact/"] + config.extra.kept) | tojson }};
const OURS = "courtyard-{{ language }}-";
const CACHE = `${OURS}{{ config.extra.revision }}`;
const HOME = new URL(registration.scope);

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FIRST.map((path) => new URL(path, HOME)))));
});

addEventListener("activate", (event) => event.waitUntil(forgetOthers().then(() => clients.claim())));

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((name) => caches.delete(name)));
}

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== HOME.origin || pathname.startsWith("/v1/")) return;
  const path = pathname.startsWith(HOME.pathname) ? pathname.slice(HOME.pathname.length) : null;
  if (PAGES.includes(path) || PARTS.some((part) => path?.startsWith(part))) event.respondWith(answer(event));
  else if (mode === "navigate") event.respondWith(fetch(event.request).catch(offline));
});

/** From the network, and kept; from what was kept, where there is none. */
async function answer(event) {
  try {
    const found = await fetch(event.request);
    if (isForKeeping(event.request, found)) event.waitUntil(keep(event.request, found.clone()));
    return found;
  } catch {
    const kept = await (await caches.open(CACHE)).match(event.request, { ignoreSearch: true });
    return kept ?? (event.request.mode === "navigate" ? offline() : Response.error());
  }
}

const isForKeeping = ({ url }, { ok, redirected, headers }) =>
  ok && !redirected && !new URL(url).search && !/no-store/.test(headers.get("Cache-Control"));

const keep = async (request, found) => (await caches.open(CACHE)).put(request, found);

const offline = async () => (await (await caches.open(CACHE)).match(new URL("offline.html", HOME))) ?? Response.error();
