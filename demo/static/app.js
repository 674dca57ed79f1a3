// The script of the practice app: asks for signed-looking JSON and draws what it is given.
// Every word of a seller goes in as text, never as markup.
(function () {
  "use strict";
  var APP_KEY = "20260311";
  var root = document.getElementById("root");

  function digest(text) {
    var bytes = new TextEncoder().encode(text), out = "";
    for (var seed = 0; seed < 4; seed++) {
      var value = (0x811c9dc5 ^ seed) >>> 0;
      for (var i = 0; i < bytes.length; i++) value = Math.imul(value ^ bytes[i], 0x01000193) >>> 0;
      out += ("0000000" + value.toString(16)).slice(-8);
    }
    return out;
  }
  function token() {
    var found = /(?:^|; )_qz_h5_tk=([^_;]+)/.exec(document.cookie);
    return found ? found[1] : "";
  }
  function call(api, data) {
    var t = String(Date.now()), text = JSON.stringify(data);
    var sign = digest([token(), t, APP_KEY, text].join("&"));
    var query = new URLSearchParams({ jsv: "2.7.2", appKey: APP_KEY, t: t, sign: sign, data: text });
    return fetch("/h5/" + api + "/1.0/?" + query, { credentials: "same-origin" }).then(function (r) { return r.json(); });
  }
  function tag(name, className, words) {
    var node = document.createElement(name);
    if (className) node.className = className;
    if (words !== undefined) node.textContent = words;
    return node;
  }
  var lazy = new IntersectionObserver(function (seen) {
    seen.forEach(function (entry) {
      if (!entry.isIntersecting) return;
      entry.target.src = entry.target.dataset.src;
      lazy.unobserve(entry.target);
    });
  }, { rootMargin: "120px" });
  function picture(address) {
    var image = tag("img");
    image.alt = "";
    if (address) { image.dataset.src = address; lazy.observe(image); }
    return image;
  }
  function money(parts) { return parts.map(function (part) { return part.text; }).join(""); }
  function refused(words) {
    if (document.querySelector(".baxia-dialog-mask")) return;
    var mask = tag("div", "baxia-dialog-mask"), box = tag("div", "baxia-dialog");
    box.append(tag("h2", "", "安全验证"), tag("p", "", words), tag("div", "slide", "请按住滑块，拖动到最右边"));
    mask.append(box);
    document.body.append(mask);
  }

  function card(row) {
    var main = row.data.item.main, content = main.exContent;
    var link = tag("a", main.isAliMaMaAD ? "card ad" : "card");
    link.href = main.isAliMaMaAD ? "#" : "/item?id=" + encodeURIComponent(content.itemId);
    link.dataset.id = content.itemId;
    var frame = tag("div", "frame");
    if (main.isAliMaMaAD) frame.append(tag("span", "blank", "广告")); else if (content.picUrl) frame.append(picture(content.picUrl)); else frame.append(tag("span", "blank", "无图"));
    var tags = tag("p", "tags");
    ((content.fishTags || {}).r3 || { tagList: [] }).tagList.forEach(function (one) { tags.append(tag("span", "", one.data.content)); });
    var line = tag("p", "line");
    line.append(tag("b", "price", money(content.price)), tag("span", "area", content.area));
    link.append(frame, tag("p", "title", content.title), tags, line, tag("p", "nick", content.userNickName));
    return link;
  }

  function search() {
    var grid = tag("div", "grid"), end = tag("p", "end", "加载中…"), page = 0, busy = false, done = false;
    root.append(grid, end);
    function more() {
      if (busy || done) return;
      busy = true;
      call("mtop.qingzhou.search", { keyword: root.dataset.words, pageNumber: page + 1, rowsPerPage: 12, sortField: "create", sortValue: "desc" }).then(function (answer) {
        busy = false;
        if (answer.ret[0].indexOf("SUCCESS") !== 0) { done = true; end.textContent = "加载失败"; refused(answer.ret[0].split("::").pop()); return; }
        page += 1;
        answer.data.resultList.forEach(function (row) { grid.append(card(row)); });
        done = !answer.data.resultInfo.hasNextPage;
        end.textContent = done ? (grid.children.length ? "没有更多了" : "抱歉，没有找到相关宝贝") : "上滑加载更多";
        if (!done && end.getBoundingClientRect().top < innerHeight + 200) more();
      }).catch(function () { busy = false; end.textContent = "网络不给力，请稍后重试"; });
    }
    new IntersectionObserver(function (seen) { if (seen[0].isIntersecting) more(); }, { rootMargin: "200px" }).observe(end);
  }

  function detail() {
    var id = new URLSearchParams(location.search).get("id") || "";
    call("mtop.qingzhou.detail", { itemId: id }).then(function (answer) {
      var ret = answer.ret[0];
      if (ret.indexOf("FAIL_BIZ_ITEM_NOT_FOUND") === 0) {
        document.title = "宝贝不存在";
        root.replaceChildren(tag("div", "gone", "宝贝不存在或已下架，去看看别的吧"));
        return;
      }
      if (ret.indexOf("SUCCESS") !== 0) { root.replaceChildren(); refused(ret.split("::").pop()); return; }
      var item = answer.data.itemDO, seller = answer.data.sellerDO;
      document.title = item.title + " - " + document.title;
      var box = tag("article", "item"), head = tag("header", "who");
      box.dataset.id = item.itemId;
      head.append(tag("span", "face", seller.nick.slice(0, 1)), tag("b", "nick", seller.nick), tag("span", "since", "来轻舟" + seller.userRegDay + "天"), tag("span", "area", item.area));
      var line = tag("p", "line");
      line.append(tag("b", "price", "¥" + item.soldPrice), tag("span", "counts", item.wantCnt + "人想要 · " + item.browseCnt + "浏览"));
      var time = tag("time", "posted", "发布于 " + new Date(item.gmtCreate + 8 * 3600e3).toISOString().slice(0, 16).replace("T", " "));
      time.dateTime = new Date(item.gmtCreate).toISOString();
      box.append(head, line, tag("h1", "title", item.title), tag("div", "desc", item.desc), time);
      item.imageInfos.forEach(function (one) { box.append(picture(one.url)); });
      var bar = tag("div", "bar");
      bar.append(tag("span", "", "收藏"), tag("button", "", "聊一聊"), tag("button", "buy", "立即购买"));
      root.replaceChildren(box, bar);
    }).catch(function () { root.replaceChildren(tag("div", "gone", "网络不给力，请稍后重试")); });
  }

  if (root.dataset.page === "item") detail(); else search();
})();
