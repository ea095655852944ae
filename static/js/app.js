/*
 * What every page shares: theme, keys, menus, lists, toasts; review.js adds what only the review has. All works without.
 *
 * Keys are data: an element says which keys press it (data-key="j|ArrowDown", from crmllm.core.keymap); this file only knows
 * how to press. A key counts only while its element can be seen and belongs to what is in front.
 */
(() => {
  "use strict";

  const SEQUENCE_MS = 1500; // how long "g" waits for its second key

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

  const moveKeys = JSON.parse(root.dataset.moves ?? "{}"); // which key is which move
  const moves = {}; // what a move does here; true when it did something

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
    const key = event.key === "Enter" && event.shiftKey ? "Shift+Enter" : event.key === " " ? "Space" : event.key;
    if (key === "Escape") {
      if (escape(target)) event.preventDefault();
      return;
    }
    if (isTyping(target)) return;
    if (!singleKeys && (key.length === 1 || key === "Space")) return;
    const native = target instanceof Element && target.closest("a[href], button, summary, input, [role=button]");
    if (native && (event.key === "Enter" || key === "Space")) return;
    if (root.hasAttribute("data-deciding")) {
      event.preventDefault(); // the answer is on its way: a second key would hit a card nobody has read
      return;
    }
    if (!prefix && !openMenu() && moves[moveKeys[key]]?.(event)) {
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

  // --- what there is to say ---

  /** Adds toasts; the ones that only said that something went well make room. */
  const say = (nodes) => {
    for (const toast of $$(".toast[data-kind=success]")) toast.remove();
    $("#toasts").append(...nodes);
  };
  const sayOffline = () => say([$("#toast-offline").content.cloneNode(true)]);

  const onBeforeRequest = () => {
    for (const toast of $$(".toast[data-kind=success]")) toast.remove();
  };

  // --- for the script of the review page, which comes after this one ---

  window.crmllm = { root, $, $$, visible, isTyping, moves, say, sayOffline };

  document.addEventListener("DOMContentLoaded", () => {
    setTheme(remembered("theme"));
    const single = $("[data-single-keys]");
    if (single) single.checked = singleKeys;
    document.addEventListener("keydown", onKey);
    document.addEventListener("click", onClick);
    document.addEventListener("change", onChange);
    document.addEventListener("toggle", onToggle, true);
    document.addEventListener("htmx:beforeRequest", onBeforeRequest);
    document.addEventListener("htmx:sendError", sayOffline);
  });
})();
