// Waits until fonts are there and pictures are decoded, so that the photograph shows them;
// then stands at the top again. A picture that cannot be decoded is not waited for.
async () => {
  const most = new Promise((done) => setTimeout(done, 2000));
  const pictures = [...document.images].filter((image) => image.complete && image.naturalWidth);
  await Promise.race([
    most,
    Promise.all([document.fonts.ready, ...pictures.map((image) => image.decode().catch(() => 0))]),
  ]);
  window.scrollTo({ top: 0, behavior: "instant" });
  await new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(done));
    setTimeout(done, 100);
  });
}
