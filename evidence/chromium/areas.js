// Areas that scroll inside the page, outermost and tall enough to hide something. Given a
// number and a top, scrolls that one there and says where it stands on the page.
async ({ number, top }) => {
  const root = document.scrollingElement || document.documentElement;
  const scrolls = [...document.querySelectorAll("body *")].filter((node) => {
    if (node === root || node.clientHeight < 200 || node.scrollHeight < node.clientHeight + 50) return false;
    return /auto|scroll/.test(getComputedStyle(node).overflowY) && node.getClientRects().length;
  });
  const outer = scrolls.filter((node) => !scrolls.some((other) => other !== node && other.contains(node)));
  const place = (node) => {
    const at = node.getBoundingClientRect();
    return {
      left: Math.round(at.left + window.scrollX + node.clientLeft), top: Math.round(at.top + window.scrollY + node.clientTop),
      width: node.clientWidth, height: node.clientHeight, whole: node.scrollHeight, at: Math.round(node.scrollTop),
    };
  };
  if (number < 0) return outer.map(place);
  const node = outer[number];
  if (!node) return [];
  node.scrollTop = top;
  await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); setTimeout(done, 100); });
  return [place(node)];
}
