// What can be read off the page as it stands: its words, its pictures, areas that scroll.
() => {
  const root = document.scrollingElement || document.documentElement;
  const pictures = [...document.images].filter((image) => image.currentSrc || image.src);
  const scrolls = [...document.querySelectorAll("*")].filter((node) => {
    if (node === root || node === document.body || node === document.documentElement) return false;
    if (node.clientHeight < 300 || node.scrollHeight < node.clientHeight + 50) return false;
    return /auto|scroll/.test(getComputedStyle(node).overflowY);
  });
  return {
    title: document.title,
    text: document.body ? document.body.innerText : "",
    html: document.documentElement ? document.documentElement.outerHTML : "",
    // what is not drawn at all (display: none) is nothing a visitor misses
    waiting: pictures.filter((image) => !image.complete && image.getClientRects().length).map((image) => image.currentSrc || image.src),
    broken: pictures
      .filter((image) => image.complete && image.naturalWidth === 0)
      .map((image) => image.currentSrc || image.src),
    pictures: pictures.length,
    inner_px: Math.max(0, ...scrolls.map((node) => node.scrollHeight - node.clientHeight)),
  };
}
