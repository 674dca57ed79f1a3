// Looks at the whole page as a visitor would: screen by screen to the end, so that pictures
// which load when they come into sight do load. Starts at `from` pixels, gives up at `limit`.
// Answers how far it came and how tall the page is now.
async ({ from, limit }) => {
  const root = document.scrollingElement || document.documentElement;
  // two frames let observers run; the timer is for pages that draw no frames
  const drawn = () => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(done));
    setTimeout(done, 100);
  });
  const tall = () => Math.max(root.scrollHeight, document.body ? document.body.scrollHeight : 0);
  let y = from;
  while (y < tall() && y < limit) {
    window.scrollTo({ top: y, behavior: "instant" });
    await drawn();
    y += Math.max(window.innerHeight, 200);
  }
  window.scrollTo({ top: Math.min(tall(), limit), behavior: "instant" });
  await drawn();
  return { reached: Math.min(y, limit), height: tall() };
}
