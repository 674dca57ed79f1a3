// What can be read off the page as it stands: its words and its pictures.
() => {
  const pictures = [...document.images].filter((image) => image.currentSrc || image.src);
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
    ready: document.readyState,
  };
}
