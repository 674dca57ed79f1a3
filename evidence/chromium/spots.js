// Where on the page the listing's words and its main picture stand, in pixels of the whole
// page; whether a visitor sees them; and what lies over them.
({ texts, pictures }) => {
  const fold = (text) => (text || "").normalize("NFKC").replace(/\s+/g, "").toLowerCase();
  const skip = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "TITLE", "HEAD"]);
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const words = (node) => {
    let told = "";
    const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT, (text) =>
      text.parentElement && skip.has(text.parentElement.tagName) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    for (let text = walk.nextNode(); text && told.length < 200000; text = walk.nextNode()) told += text.data;
    return fold(told);
  };
  const holders = (node, needle, found) => {
    if (found.length >= 12 || skip.has(node.tagName) || !words(node).includes(needle)) return;
    const before = found.length;
    for (const child of node.children) holders(child, needle, found);
    if (found.length === before) found.push(node);
  };
  const y = window.scrollY;
  const told = (node) => {
    node.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const at = node.getBoundingClientRect();
    const x = Math.min(Math.max(at.left + Math.min(at.width / 2, 200), 1), window.innerWidth - 2);
    const hit = document.elementFromPoint(x, Math.min(Math.max(at.top + at.height / 2, 1), window.innerHeight - 2));
    const free = !hit || hit.contains(node) || node.contains(hit);
    return {
      left: Math.round(at.left + window.scrollX), top: Math.round(at.top + window.scrollY),
      width: Math.round(at.width), height: Math.round(at.height), is_shown: seen(node) && at.width >= 2 && at.height >= 2,
      covered_by: free ? "" : `${hit.tagName.toLowerCase()}${hit.id ? `#${hit.id}` : ""}`,
    };
  };
  const best = (nodes) => {
    const spots = nodes.map(told);
    return spots.find((spot) => spot.is_shown && !spot.covered_by) || spots.find((spot) => spot.is_shown) || spots[0] || null;
  };
  const spots = {};
  for (const [name, needles] of Object.entries(texts)) {
    const found = [];
    for (const needle of needles) if (!found.length && document.body) holders(document.body, fold(needle), found);
    spots[name] = best(found);
  }
  if (pictures.length) {
    // one picture has many sizes: a.jpg, a.jpg_300x300.jpg, a.jpg!w200, a.jpg?x=1
    const plain = (url) => {
      const at = URL.parse(url, location.href);
      return at ? (at.host + at.pathname).replace(/[!@][^/]*$/, "").replace(/_\d+x\d+[^/]*$/, "") : url;
    };
    const wanted = new Set(pictures.map(plain));
    const own = [...document.images].filter((image) => wanted.has(plain(image.currentSrc)) || wanted.has(plain(image.src)));
    const drawn = own.filter((image) => image.complete && image.naturalWidth > 0);
    const spot = best(drawn.length ? drawn : own);
    spots.picture = spot && { ...spot, is_decoded: drawn.length > 0, url: (drawn[0] || own[0]).currentSrc };
  }
  window.scrollTo({ top: y, behavior: "instant" });
  return spots;
}
