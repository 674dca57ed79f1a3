// Keys, and what a page does without asking the server. Every page works without this file.
"use strict";

(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isTyping = (node) =>
    node.closest?.("textarea, select, input:not([type=radio]):not([type=checkbox])") != null;

  // ---- drafts: a note that was typed survives an ended log-in and a lost answer

  const draftKey = () => {
    const stage = one("#stage");
    return stage ? `note ${stage.dataset.listing}` : null;
  };

  const recallDraft = () => {
    const note = one("#note");
    const key = draftKey();
    if (!note || !key) return;
    const draft = sessionStorage.getItem(key);
    if (draft && !note.value) note.value = draft;
  };

  document.addEventListener("input", (event) => {
    const key = draftKey();
    if (event.target.id === "note" && key) sessionStorage.setItem(key, event.target.value);
  });

  // ---- the queue: a row under the hand

  const rows = () => all("[data-row]");
  const hereIndex = () => rows().findIndex((row) => row.classList.contains("here"));

  const goTo = (index) => {
    const list = rows();
    if (!list.length) return;
    const row = list[Math.max(0, Math.min(index, list.length - 1))];
    list.forEach((each) => each.classList.toggle("here", each === row));
    const link = one("a.title", row);
    link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) rows().forEach((each) => each.classList.toggle("here", each === row));
  });

  // a click with Shift takes all from the last one ticked

  let lastTicked = null;

  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.(".pick input")) return;
    if (event.shiftKey && lastTicked?.isConnected) {
      const boxes = all(".pick input");
      const [from, to] = [boxes.indexOf(lastTicked), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((each) => { each.checked = box.checked; });
    }
    lastTicked = box;
  });

  // ---- the verdict: a call, then a reason

  let isSending = false;

  const chosen = () => one('.calls input[name="call"]:checked');

  const forget = () => {
    const call = chosen();
    if (call) call.checked = false;
    document.activeElement?.blur();
  };

  const pressDigit = (digit) => {
    if (isSending || !one("#verdict")) return false;
    const call = chosen();
    if (!call) {
      const wanted = one(`.calls input[data-key="${digit}"]`);
      if (!wanted) return false;
      wanted.checked = true;
      wanted.focus({ preventScroll: true });
      return true;
    }
    const reason = one(`ul[data-call="${call.value}"] button[data-key="${digit}"]`);
    if (!reason) return false;
    reason.click();
    return true;
  };

  // what was sent is on its way: a second press waits for the answer
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "verdict" && event.target.id !== "undo") return;
    if (isSending) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);

  // ---- keys

  const follow = (selector) => {
    const link = one(selector);
    if (!link) return false;
    link.click();
    return true;
  };

  const help = () => {
    const dialog = one("#keys");
    if (!dialog) return false;
    if (dialog.open) dialog.close();
    else dialog.showModal();
    return true;
  };

  const isQueue = () => one("#rows") !== null;

  const KEYS = {
    j: () => (isQueue() ? (goTo(hereIndex() + 1), true) : follow("#to-next")),
    k: () => (isQueue() ? (goTo(hereIndex() - 1), true) : follow("#to-previous")),
    s: () => follow("#skip"),
    q: () => follow("#to-queue"),
    g: () => follow("#pull button"),
    b: () => follow("#to-bulk"),
    x: () => {
      const box = one(".row.here .pick input");
      if (!box) return false;
      box.click();
      return true;
    },
    t: () => {
      const later = one("#postpone");
      if (!later) return false;
      later.open = true;
      one("input[type=date]", later).focus();
      return true;
    },
    n: () => {
      const note = one("#note");
      if (!note) return false;
      note.focus();
      return true;
    },
    Enter: () => document.activeElement === document.body && follow(".row.here a.title"),
    u: () => undo(),
    z: () => undo(),
    "/": () => {
      const words = one("#words");
      if (words) words.select();
      else return follow("#to-queue");
      return true;
    },
    "?": help,
  };

  const undo = () => {
    const button = one("#undo button") ?? one("#said button");
    if (!button || isSending) return false;
    button.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      hideWhy();
      if (isTyping(event.target)) event.target.blur();
      else if (!one("dialog[open]")) forget();
      return;
    }
    if (isTyping(event.target)) return;
    if (one("dialog[open]") && event.key !== "?") return;
    if (event.repeat && !"jk".includes(event.key.toLowerCase())) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const isDone = /^[0-9]$/.test(key) ? pressDigit(key) : KEYS[key]?.();
    if (isDone) event.preventDefault();
  });

  // ---- why a word was found: one small card, by pointer and by focus

  let why = null;

  const hideWhy = () => {
    why?.remove();
    why = null;
    all(".hit.lit").forEach((mark) => mark.classList.remove("lit"));
  };

  const showWhy = (mark) => {
    hideWhy();
    const numbers = mark.dataset.hits.split(" ");
    why = document.createElement("div");
    why.id = "why";
    for (const number of numbers) {
      const sentence = one(`#hit-${CSS.escape(number)}`);
      if (!sentence) continue;
      const line = document.createElement("dl");
      line.textContent = sentence.textContent;
      why.append(line);
    }
    all(".hit[data-hits]").forEach((each) => {
      const own = each.dataset.hits.split(" ");
      each.classList.toggle("lit", numbers.some((number) => own.includes(number)));
    });
    document.body.append(why);
    const box = mark.getClientRects()[0] ?? mark.getBoundingClientRect();
    const left = Math.max(12, Math.min(box.left, innerWidth - why.offsetWidth - 12));
    const isBelow = box.bottom + why.offsetHeight + 8 < innerHeight;
    const top = isBelow ? box.bottom + 6 : box.top - why.offsetHeight - 6;
    why.style.left = `${left + scrollX}px`;
    why.style.top = `${top + scrollY}px`;
  };

  for (const kind of ["pointerover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const mark = event.target.closest?.(".hit[data-hits]");
      if (mark) showWhy(mark);
      else if (kind === "focusin") hideWhy();
    });
  }
  document.addEventListener("pointerout", (event) => {
    if (event.target.closest?.(".hit[data-hits]")) hideWhy();
  });

  // ---- small things

  const say = (text, isUndoable = false) => {
    const said = one("#said");
    said.replaceChildren();
    if (!text) return;
    const words = document.createElement("span");
    words.textContent = text;
    said.append(words);
    if (isUndoable && one("#undo button")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.append(one("#undo button").textContent.trim().replace(/\s*Z$/, ""), " ");
      const key = document.createElement("kbd");
      key.textContent = "Z";
      button.append(key);
      button.addEventListener("click", undo);
      said.append(button);
    }
    clearTimeout(say.timer);
    say.timer = setTimeout(() => said.replaceChildren(), 8000);
  };

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const source = one(copy.dataset.copy);
      getSelection().selectAllChildren(source);
      try {
        await navigator.clipboard.writeText(source.textContent);
        say(document.body.dataset.copied);
      } catch {
        document.execCommand("copy");
      }
    }
    if (event.target.closest("[data-help]")) help();
    if (event.target.tagName === "DIALOG") event.target.close();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // ---- after a swap: the next listing is on the screen

  const settle = () => {
    recallDraft();
    hideWhy();
    const stage = one("#stage");
    if (!stage) return;
    if (stage.dataset.said) say(stage.dataset.said, "undoable" in stage.dataset);
  };

  document.addEventListener("htmx:beforeRequest", () => {
    isSending = true;
    one(".verdict")?.classList.add("busy");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    isSending = false;
    one(".verdict")?.classList.remove("busy");
    const form = event.detail.elt;
    if (event.detail.successful && form?.id === "verdict") {
      sessionStorage.removeItem(`note ${form.dataset.listing}`);
    }
  });
  document.addEventListener("htmx:afterSwap", () => {
    const stage = one("#stage");
    if (stage) document.title = document.title.replace(/^.*?(?= · )/, stage.dataset.title);
    scrollTo({ top: 0, behavior: "instant" });
    one(one("#conflict") ? "#conflict" : "#listing-title")?.focus({ preventScroll: true });
    settle();
  });
  for (const kind of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(kind, () => say(document.body.dataset.unsent));
  }

  settle();
  if (one("#said").textContent) say(one("#said").textContent);
  if (isQueue() && !one(":focus")) rows()[0]?.classList.add("here");
})();
