// What the page declares of itself beside what it shows: JSON-LD, Open Graph, videos, reviews
// and comments, and the licence number at its foot.
() => {
  const cut = (text, most = 2000) => (text || "").trim().slice(0, most);
  const structured = [...document.querySelectorAll('script[type="application/ld+json"]')].slice(0, 20).map((node) => cut(node.textContent, 20000));
  const meta = [...document.querySelectorAll("meta[property], meta[name]")].slice(0, 80)
    .map((node) => [node.getAttribute("property") || node.name, cut(node.content, 500)])
    .filter(([name, content]) => content && /^(og:|article:|product:|video:|description$|keywords$|author$)/.test(name));
  const videos = [...document.querySelectorAll("video")].slice(0, 20).map((node) => ({
    src: cut(node.currentSrc || node.src), poster: cut(node.poster),
    sources: [...node.querySelectorAll("source")].map((source) => cut(source.src)),
    duration_milliseconds: Number.isFinite(node.duration) ? Math.round(node.duration * 1000) : null,
  }));
  const talk = /(^|[\s_-])(comments?|reviews?|replies|reply|pinglun|liuyan)([\s_-]?(list|item|content|text|box))?($|[\s_-])/i;
  const spoken = [...document.querySelectorAll("[itemprop=review], [itemprop=comment], [class], [id]")].filter((node) =>
    node.matches("[itemprop=review], [itemprop=comment]") || talk.test(`${node.getAttribute("class") || ""} ${node.id}`));
  const inner = spoken.filter((node) => !spoken.some((other) => other !== node && node.contains(other)));
  const comments = inner.map((node) => cut(node.innerText, 500)).filter(Boolean).slice(0, 200);
  const licence = /[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新]ICP[备证]\s*\d+号?(-\d+)?/.exec(document.body ? document.body.innerText : "");
  return { structured, meta, videos, comments, icp: licence ? licence[0] : "" };
}
