// What tests ask of a page about those who see it enlarged, press it with a finger or walk it with a keyboard.
window.access = (() => {
  const name = (one) => one.outerHTML.slice(0, 100);
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const all = (selector) => [...document.querySelectorAll(selector)].filter(isSeen);
  const isWithinText = (one) =>
    one.tagName === "A" && [...one.parentElement.childNodes].some((node) => node.nodeType === 3 && node.data.trim());

  /** What is pressed and is smaller than it should be; a radio button goes with its label, links within a text as they are. */
  const small = (least) =>
    all("a, button, input, select, summary")
      .filter((one) => !isWithinText(one))
      .map((one) => (one.type === "radio" ? one.parentElement : one))
      .filter((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height) < least)
      .map(name);

  /** What is wider than the page, or cut off by a box that does not scroll. */
  const lost = () =>
    all("body *").filter((one) => {
      const { overflowX } = getComputedStyle(one);
      const isOutside = one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".scroll, .md-skip, .md-search");
      const isCut = ["hidden", "clip"].includes(overflowX) && one.scrollWidth > one.clientWidth + 1 && !one.closest(".md-skip, .md-search");
      return isOutside || isCut;
    }).map(name);

  /** Where the keyboard is: whether it can be seen there and shows itself, and its place among all there is. */
  function stop() {
    window.everything ??= [...document.querySelectorAll("*")];
    const one = document.activeElement;
    const { x, y, width, height } = one.getBoundingClientRect();
    const isAt = (dx, dy) => {
      const found = document.elementFromPoint(x + dx, y + dy);
      return Boolean(found) && (one.contains(found) || found.contains(one));
    };
    const isOnTop = isAt(2, 2) || isAt(width / 2, height / 2) || isAt(width - 3, height - 3);
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    const isShown = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    return { name: name(one), isBody: one === document.body, isOnTop, isShown, place: window.everything.indexOf(one) };
  }

  /** Shows all that is folded but the menu, which lies over the page. */
  const unfold = () => all("details:not(.header-menu)").forEach((one) => (one.open = true));

  /** The spacing of WCAG 1.4.12, which a reader's own style may set. */
  function space() {
    const style = new CSSStyleSheet();
    style.replaceSync(`
      * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
      p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [style];
  }

  /** How long the slowest change takes, in seconds. */
  const slowest = () =>
    Math.max(...all("*").flatMap((one) => getComputedStyle(one).transitionDuration.split(",").map(parseFloat)));

  return { small, lost, stop, unfold, space, slowest };
})();
