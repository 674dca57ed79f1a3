// What lies over the page: layers (they cover a good part of the window) and bars (they stick
// to an edge). For each layer the button that any visitor may press, where there is one.
// Nothing is pressed here; with `unstick` the bars are laid flat, so that they cover nothing.
({ words, unstick }) => {
  const wide = window.innerWidth, high = window.innerHeight;
  const fold = (text) => (text || "").normalize("NFKC").replace(/\s+/g, " ").trim().toLowerCase();
  const lists = Object.fromEntries(Object.entries(words).map(([name, list]) => [name, list.map(fold)]));
  const box = (node) => {
    const at = node.getBoundingClientRect();
    const left = Math.max(0, at.left), top = Math.max(0, at.top);
    const right = Math.min(wide, at.right), bottom = Math.min(high, at.bottom);
    return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
  };
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const over = [...document.querySelectorAll("body *")].filter((node) => {
    const style = getComputedStyle(node);
    const lies = style.position === "fixed" || style.position === "sticky" || node.matches("dialog[open]") ||
      (style.position === "absolute" && Number(style.zIndex) >= 100);
    return lies && seen(node);
  });
  const outer = over.filter((node) => !over.some((other) => other !== node && other.contains(node)));
  const named = (node) => `${node.tagName.toLowerCase()}${node.id ? `#${node.id}` : ""}` +
    [...node.classList].slice(0, 2).map((name) => `.${name}`).join("");
  const buttonIn = (layer, allowed) => {
    const fits = (node) => {
      const told = fold(node.innerText || node.value || node.getAttribute("aria-label") || node.title);
      const rank = allowed.indexOf(told);
      if (rank >= 0) return rank;
      // a cross that is drawn, not written
      const name = `${node.className?.baseVal ?? node.className} ${node.id}`.toLowerCase();
      return !told && /(^|[\s_-])(close|closebtn|btn-?close|guanbi)($|[\s_-])/.test(name) ? allowed.length : -1;
    };
    const found = [...layer.querySelectorAll("*")].filter((node) => {
      const href = node.tagName === "A" ? node.getAttribute("href") || "" : "";
      if (href && !href.startsWith("#") && !/^javascript:/i.test(href)) return false;
      if (node.closest("a[href^='http'], a[href^='/']") || !seen(node)) return false;
      return fits(node) >= 0;
    }).map((node) => {
      const at = node.getBoundingClientRect();
      return { node, rank: fits(node), x: at.left + at.width / 2, y: at.top + at.height / 2 };
    }).filter(({ node, x, y }) => {
      const hit = document.elementFromPoint(x, y);
      return hit && (node.contains(hit) || hit.contains(node) && layer.contains(hit));
    }).sort((one, other) => one.rank - other.rank);
    const best = found[0];
    return best && { x: best.x, y: best.y, text: (best.node.innerText || best.node.value || best.node.title || named(best.node)).trim().slice(0, 40) };
  };
  const layers = [], bars = [];
  for (const node of outer) {
    const at = box(node);
    const share = (at.width * at.height) / (wide * high);
    const text = fold(node.innerText), has = (name) => lists[name].some((word) => text.includes(word));
    const fixed = getComputedStyle(node).position !== "absolute";
    const isBar = fixed && at.width >= wide * 0.5 && at.height <= high * 0.3;
    if (share < 0.02 || (!isBar && share < 0.12)) continue;
    const challenge = has("challenge") || !!node.querySelector("iframe[src*=captcha], [class*=captcha], [id*=captcha]");
    const login = has("login") || !!node.querySelector("input[type=password], input[type=tel]");
    const kind = challenge ? "challenge" : login ? "login" : "notice";
    const allowed = challenge ? [] : login ? lists.close : [...lists.close, ...lists.agree];
    const button = allowed.length ? buttonIn(node, allowed) : null;
    if (isBar && !button) {
      bars.push({ name: named(node), height_px: Math.round(at.height) });
      if (unstick) node.style.setProperty("position", "static", "important");
    } else {
      layers.push({ name: named(node), kind, share: Math.round(share * 100), text: text.slice(0, 80), button, is_bar: isBar });
    }
  }
  return { layers, bars };
}
