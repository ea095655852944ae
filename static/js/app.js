/*
 * The one script of ours: theme, keys, focus, evidence, swipe, look-ahead. Every page works without it.
 *
 * Keys are data: an element says which keys press it (data-key="j|ArrowDown", from crmllm.core.keymap); this file only knows
 * how to press. A key counts only while its element can be seen and belongs to what is in front.
 */
(() => {
  "use strict";

  const SEQUENCE_MS = 1500; // how long "g" waits for its second key
  const SWIPE_PX = 90; // a shorter move is a slip of the finger
  const SLOPE = 0.5; // a steeper move is scrolling
  const DECISION = "form[data-decision]";

  const root = document.documentElement;
  const $ = (selector, scope = document) => scope.querySelector(selector);
  const $$ = (selector, scope = document) => [...scope.querySelectorAll(selector)];
  const visible = (element) => element.checkVisibility({ visibilityProperty: true });

  // --- what the browser remembers (private windows may refuse) ---

  const remembered = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const remember = (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      /* then it holds for this page only */
    }
  };

  // --- theme: set before the first paint ---

  const setTheme = (choice) => {
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
    for (const button of $$("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (root.dataset.theme ?? "auto")));
    }
  };
  root.classList.add("js");
  setTheme(remembered("theme"));

  // --- keys ---

  let prefix = "";
  let prefixTimer = 0;
  let singleKeys = remembered("single-keys") !== "off" && root.dataset.keys !== "off"; // this browser, the account

  const isTyping = (target) =>
    target instanceof Element &&
    (target.matches("textarea, select") ||
      target.isContentEditable ||
      target.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));

  const front = () => $("dialog[open]") ?? document;

  /** The element that a key presses now: seen, enabled, and of the proposal in focus if it belongs to one. */
  const pressable = (keys) =>
    $$("[data-key]", front()).find((element) => {
      const proposal = element.closest(".proposal");
      return (
        element.dataset.key.split("|").includes(keys) &&
        !element.disabled &&
        !element.closest("[inert]") &&
        (!proposal || proposal.classList.contains("is-current")) &&
        visible(element)
      );
    });

  const startsSequence = (key) =>
    $$("[data-key]", front()).some((element) => element.dataset.key.split("|").some((keys) => keys.startsWith(`${key} `)));

  const press = (element) => {
    if (element.matches("input, select, textarea")) {
      element.focus();
      element.select?.();
    } else {
      element.click();
    }
  };

  const onKey = (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const { target } = event;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      target.closest?.("form.edit-lines, form.by-hand")?.requestSubmit(); // also from a box where Enter is a new line
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key === "Enter" && event.shiftKey ? "Shift+Enter" : event.key;
    if (key === "Escape") {
      if (escape(target)) event.preventDefault();
      return;
    }
    if (isTyping(target)) return;
    if (!singleKeys && key.length === 1) return;
    const native = target instanceof Element && target.closest("a[href], button, summary, input, [role=button]");
    if (native && (event.key === "Enter" || key === " ")) return;
    if (root.hasAttribute("data-deciding")) {
      event.preventDefault(); // the answer is on its way: a second key would hit a card nobody has read
      return;
    }
    if (MOVES[key] && !openMenu() && MOVES[key]()) {
      event.preventDefault();
      return;
    }
    if (event.repeat) return; // a key held down decides once
    const element = pressable(prefix + key);
    const waiting = !prefix && startsSequence(key);
    clearTimeout(prefixTimer);
    prefix = "";
    if (element) {
      event.preventDefault();
      press(element);
    } else if (waiting) {
      prefix = `${key} `;
      prefixTimer = setTimeout(() => {
        prefix = "";
      }, SEQUENCE_MS);
    }
  };

  // --- menus and dialogs ---

  const openMenu = () => $("details.menu[open]");

  const closeMenu = (menu, refocus) => {
    menu.open = false;
    if (refocus) $("summary", menu).focus();
  };

  /** Leave whatever is in front; true if there was something to leave. */
  const escape = (target) => {
    const menu = openMenu();
    if (menu) closeMenu(menu, true);
    const cancel = target instanceof Element && target.closest("form")?.querySelector("[data-cancel]");
    if (menu) return true;
    if (cancel) cancel.click();
    else if (isTyping(target)) target.blur();
    return Boolean(cancel);
  };

  /** Downwards, or upwards when there is no room below; without scripts one scrolls down to it. */
  const openWhereItFits = (menu) => {
    const frame = menu.closest(".proposals");
    if (!frame) return;
    menu.classList.remove("menu-up");
    const bottom = Math.min(frame.getBoundingClientRect().bottom, window.innerHeight);
    menu.classList.toggle("menu-up", $(".menu-panel", menu).getBoundingClientRect().bottom > bottom);
  };

  // toggle does not bubble: it is caught on its way down
  const onToggle = (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLDetailsElement) || !menu.matches(".menu") || !menu.open) return;
    for (const other of $$("details.menu[open]")) if (other !== menu) closeMenu(other, false);
    openWhereItFits(menu);
    $(".menu-panel a, .menu-panel button, .menu-panel input:not([type=hidden])", menu)?.focus();
  };

  const onClick = (event) => {
    const at = (selector) => event.target.closest(selector);
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) closeMenu(menu, false);
    if (at("[data-dismiss]")) at(".toast").remove();
    if (at("[data-dialog]")) document.getElementById(at("[data-dialog]").dataset.dialog).showModal();
    if (at("[data-theme-choice]")) {
      const choice = at("[data-theme-choice]").dataset.themeChoice;
      remember("theme", choice);
      setTheme(choice);
    }
    if (at("[data-confirm]") && !window.confirm(at("[data-confirm]").dataset.confirm)) event.preventDefault();
    if (at("[data-line]")) setLine(at("[data-line]"));
    if (at("mark.evidence")) showChange(at("mark.evidence").dataset.changes.split(" ")[0]);
  };

  // --- the review card: lines, evidence, time ---

  const card = () => $("#card");
  const lines = () => $$(".card-body:not([hidden]) [data-line]", card() ?? document);
  const currentLine = () => $("[data-line][aria-current]");
  let shownAt = 0;
  let lastLine = ""; // the line in focus before an answer replaced it

  /** Source and lines scroll apart. On a phone they are one page: there a card starts at its text, and following the quote would carry the line away. */
  const inColumns = () => {
    const source = $(".source");
    return Boolean(source) && getComputedStyle(source).overflowY === "auto";
  };

  /** Make one line the current one: its proposal takes the keys, its quotes are outlined. */
  const setLine = (line, { focus = false, follow = focus } = {}) => {
    for (const other of lines()) {
      other.toggleAttribute("aria-current", false);
      other.tabIndex = other === line ? 0 : -1;
    }
    line.setAttribute("aria-current", "true");
    lastLine = line.dataset.line;
    for (const proposal of $$(".proposal")) proposal.classList.toggle("is-current", proposal.contains(line));
    const marks = $$("mark.evidence");
    for (const mark of marks) mark.classList.toggle("is-current", mark.dataset.changes.split(" ").includes(line.dataset.line));
    if (!focus) return;
    line.focus({ preventScroll: true });
    if (follow) line.scrollIntoView({ block: "nearest" });
    const mark = $("mark.evidence.is-current");
    if (mark && inColumns()) mark.scrollIntoView({ block: "nearest" });
  };

  const showChange = (id) => {
    const line = lines().find((candidate) => candidate.dataset.line === id);
    if (line) setLine(line, { focus: true });
  };

  const moveTo = (choose) => () => {
    const all = lines();
    if (!all.length) return false;
    setLine(all[Math.max(0, Math.min(all.length - 1, choose(all.indexOf(currentLine()), all.length)))], { focus: true });
    return true;
  };
  const MOVES = {
    j: moveTo((index) => index + 1),
    ArrowDown: moveTo((index) => index + 1),
    k: moveTo((index) => index - 1),
    ArrowUp: moveTo((index) => index - 1),
    Home: moveTo(() => 0),
    End: moveTo((_index, count) => count - 1),
  };

  /** Where typing starts in a proposal that is being edited: at what is wrong, else at the line that was in focus. */
  const firstBox = (scope) => {
    const form = $("form.edit-lines", scope);
    const box = (selector) => form && $(`${selector}:not([type=hidden], [type=checkbox])`, form);
    return box("[aria-invalid]") ?? (lastLine && box(`#value-${CSS.escape(lastLine)}`)) ?? box(":is(input, select, textarea)");
  };

  /** Focus a box with the caret behind its text. */
  const startTyping = (box) => {
    box.focus();
    if (box.matches("textarea, input[type=text], input[type=tel]")) box.setSelectionRange(box.value.length, box.value.length);
  };

  /** A card has come: start its clock, put the focus on the first line that needs a person, look ahead. */
  const startCard = ({ focus }) => {
    const shown = card();
    if (!shown) return;
    shownAt = performance.now();
    const open = lines();
    const first = $(".proposal.is-current .line-attention", shown) ?? $(".proposal.is-current [data-line]", shown) ?? open[0];
    const target = $("[data-autofocus]", shown);
    const box = firstBox(shown);
    if (box) startTyping(box);
    else if (first && !target) setLine(first, { focus, follow: inColumns() });
    else if (focus) (target ?? shown).focus({ preventScroll: !inColumns() });
    if (inColumns()) $("#queue .queue-item[aria-current]")?.scrollIntoView({ block: "nearest" });
    if (focus && !inColumns()) window.scrollTo(0, 0);
    if (focus && shown.dataset.announce) $("#announcer").textContent = shown.dataset.announce;
    peek(shown.dataset.peek);
  };

  const onSubmit = (event) => {
    const field = event.target.elements.namedItem("elapsed_ms");
    if (field) field.value = String(Math.round(performance.now() - shownAt));
  };

  // --- look-ahead: the next card is fetched while this one is read, and shown at once after the decision ---

  let ahead = null;

  const peek = async (url) => {
    ahead = null;
    if (!url) return;
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (answer.ok) ahead = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".card-body");
    } catch {
      ahead = null; // no look-ahead; the decision's own answer brings the card
    }
  };

  /** Show the next card, untouchable, until the server's answer replaces it. */
  const showAhead = (form) => {
    const open = $$(".proposal:not(.is-decided)", card());
    if (!ahead || form.dataset.decision === "" || form.dataset.decision === "approve-all" || open.length > 1) return;
    const preview = document.importNode(ahead, true);
    preview.inert = true;
    preview.classList.add("card-preview");
    for (const element of $$("[id]", preview)) element.removeAttribute("id");
    $(".card-body", card()).hidden = true;
    card().append(preview);
  };

  const dropAhead = () => {
    $(".card-preview", card() ?? document)?.remove();
    const body = $(".card-body", card() ?? document);
    if (body) body.hidden = false;
  };

  // --- swipe: right approves, left asks for the reason ---

  let touch = null;

  const onPointerDown = (event) => {
    touch = null;
    if (event.pointerType !== "touch" || !event.isPrimary || !event.target.closest("#card")) return;
    if (event.target.closest("input, textarea, select, .menu, form.edit-lines")) return;
    touch = { x: event.clientX, y: event.clientY };
  };

  const swipeOf = (event) => {
    const dx = event.clientX - touch.x;
    const dy = event.clientY - touch.y;
    if (Math.abs(dx) < SWIPE_PX || Math.abs(dy) > Math.abs(dx) * SLOPE) return null;
    return dx > 0 ? "approve" : "reject";
  };

  const onPointerMove = (event) => {
    if (!touch || !event.isPrimary) return;
    const swipe = swipeOf(event);
    if (swipe) card().dataset.swipe = swipe;
    else delete card().dataset.swipe;
  };

  const onPointerEnd = (event) => {
    if (!touch || !event.isPrimary) return;
    const swipe = event.type === "pointerup" ? swipeOf(event) : null;
    touch = null;
    delete card().dataset.swipe;
    if (swipe === "approve") $(".proposal.is-current form[data-decision=approve] button:not(:disabled)")?.click();
    if (swipe === "reject") $(".proposal.is-current .decide summary")?.click();
  };

  // --- lists ---

  const onChange = (event) => {
    const box = event.target;
    if (box.matches("[data-single-keys]")) {
      singleKeys = box.checked;
      remember("single-keys", singleKeys ? "on" : "off");
    }
    const table = box.closest("table");
    if (!table || box.type !== "checkbox") return;
    if (box.matches("[data-select-all]")) for (const row of $$("tbody input[type=checkbox]", table)) row.checked = box.checked;
    const counter = $("[data-selected-count]", table.closest("form") ?? document);
    if (counter) counter.textContent = String($$("tbody input[type=checkbox]:checked", table).length);
  };

  // --- after a fragment came ---

  const onBeforeRequest = (event) => {
    for (const toast of $$(".toast[data-kind=success]")) toast.remove();
    if (!event.detail.elt.matches(DECISION)) return;
    root.setAttribute("data-deciding", "");
    showAhead(event.detail.elt);
  };

  const onAfterRequest = (event) => {
    root.removeAttribute("data-deciding");
    if (!event.detail.successful) dropAhead();
  };

  const onAfterSettle = (event) => {
    const came = event.detail.elt;
    if (came?.id === "card") startCard({ focus: true });
    else if (came?.matches(".proposal")) {
      const box = firstBox(came);
      const line = $("[data-line]", came);
      if (box) startTyping(box);
      else if (line) setLine(line, { focus: true });
    }
  };

  const onSendError = () => {
    dropAhead();
    root.removeAttribute("data-deciding");
    $("#toasts").append($("#toast-offline").content.cloneNode(true));
  };

  document.addEventListener("DOMContentLoaded", () => {
    setTheme(remembered("theme"));
    const single = $("[data-single-keys]");
    if (single) single.checked = singleKeys;
    document.addEventListener("keydown", onKey);
    document.addEventListener("click", onClick);
    document.addEventListener("change", onChange);
    document.addEventListener("toggle", onToggle, true);
    document.addEventListener("submit", onSubmit, true);
    document.addEventListener("pointerdown", onPointerDown);
    document.addEventListener("pointermove", onPointerMove);
    document.addEventListener("pointerup", onPointerEnd);
    document.addEventListener("pointercancel", onPointerEnd);
    document.addEventListener("htmx:beforeRequest", onBeforeRequest);
    document.addEventListener("htmx:afterRequest", onAfterRequest);
    document.addEventListener("htmx:afterSettle", onAfterSettle);
    document.addEventListener("htmx:sendError", onSendError);
    startCard({ focus: true });
  });
})();
