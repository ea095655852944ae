/*
 * The review: lines and evidence, swipe, and decisions that run ahead of their answers.
 *
 * The next card is fetched while this one is read. A decision shows what comes next at once, live: the next proposal of
 * the card, or behind its last one the next card. The decision waits in the outbox and is posted, one at a time and in
 * order. A refusal brings its card back in front with the reason, and what was decided behind it on that card is open
 * again; the card that was in front waits behind it as it is, with whatever was typed into it.
 */
(() => {
  "use strict";

  const { root, $, $$, isTyping, moves, say, sayOffline } = window.crmllm;
  const SWIPE_PX = 90; // a shorter move is a slip of the finger
  const SLOPE = 0.5; // a steeper move is scrolling
  const DECISION = "form[data-decision]";
  const RUNS_AHEAD = ["approve", "reject", "skip"];

  const card = () => $("#card");
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");

  // --- lines, evidence, time ---

  const lines = () => $$("[data-line]", card() ?? document);
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
    for (const mark of $$("mark.evidence")) {
      mark.classList.toggle("is-current", mark.dataset.changes.split(" ").includes(line.dataset.line));
    }
    if (!focus) return;
    line.focus({ preventScroll: true });
    if (follow) line.scrollIntoView({ block: "nearest" });
    const mark = $("mark.evidence.is-current");
    if (mark && inColumns()) mark.scrollIntoView({ block: "nearest" });
  };

  /** Where the eye goes in a proposal: the first line that needs a person, else the first. */
  const firstLine = (proposal) => proposal && ($(".line-attention", proposal) ?? $("[data-line]", proposal));

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
  Object.assign(moves, {
    next: moveTo((index) => index + 1),
    previous: moveTo((index) => index - 1),
    first: moveTo(() => 0),
    last: moveTo((_index, count) => count - 1),
    "leave-line": (event) => {
      const box = $("input[data-leave]", currentLine() ?? document.createElement("i"));
      if (box && !event.repeat) box.checked = !box.checked;
      return Boolean(box);
    },
  });

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
    const first = firstLine($(".proposal.is-current", shown)) ?? lines()[0];
    const target = $("[data-autofocus]", shown);
    const box = firstBox(shown);
    if (box) startTyping(box);
    else if (first && !target) setLine(first, { focus, follow: inColumns() });
    else if (focus) (target ?? shown).focus({ preventScroll: !inColumns() });
    if (inColumns()) $("#queue .queue-item[aria-current]")?.scrollIntoView({ block: "nearest" });
    if (focus && !inColumns()) window.scrollTo(0, 0);
    if (focus && shown.dataset.announce) $("#announcer").textContent = shown.dataset.announce;
    lookAhead();
  };

  // --- look-ahead ---

  let ahead = []; // cards that are here already, the next one first
  let asked = 0; // only the answer to the last question counts

  const lookAhead = async () => {
    const question = ++asked;
    const url = card()?.dataset.peek;
    if (!url || ahead.length) return;
    const address = new URL(url, location.href);
    for (const job of outbox) address.searchParams.append("without", job.card.dataset.id);
    let found = null;
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (answer.status === 200 && !answer.redirected) found = parse(await answer.text()).getElementById("card");
    } catch {
      return; // no look-ahead; the decision's own answer brings the card
    }
    if (question !== asked || !found || ahead.length) return;
    ahead = [document.adoptNode(found)];
    tellAhead();
  };

  const tellAhead = () => {
    if (ahead.length) root.dataset.ahead = ahead[0].dataset.id;
    else delete root.dataset.ahead;
  };

  const nothingAhead = () => {
    ahead = [];
    tellAhead();
  };

  // --- decisions that run ahead ---

  const outbox = []; // {url, body, card, part, shown, folded}: decisions on their way, oldest first
  let posting = false;
  let whenSent = []; // what waits until the outbox is empty

  /** The other proposals of the card that are to be decided too. */
  const othersOf = (proposal) => {
    const open = proposal.matches("[data-waits]") ? ".proposal[data-waits]" : ".proposal:not(.is-decided)";
    return $$(open, card()).filter((one) => one !== proposal);
  };

  /** Whether a decision may be followed by what comes next at once, because that is there. */
  const mayRunAhead = (form) =>
    RUNS_AHEAD.includes(form.dataset.decision) && (ahead.length > 0 || othersOf(form.closest(".proposal")).length > 0);

  const runAhead = (form, button) => {
    const part = form.closest(".proposal");
    const others = othersOf(part);
    const job = {
      url: form.action,
      body: new URLSearchParams(new FormData(form, button?.form === form ? button : null)),
      card: card(),
      part,
      shown: others.length ? card().dataset.id : ahead[0].dataset.id,
    };
    outbox.push(job);
    if (others.length) {
      if (form.dataset.decision === "approve") unblock(others, part);
      goOnTo(others.find((one) => part.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) ?? others[0]);
      fold(job);
    } else {
      const next = ahead.shift();
      tellAhead();
      putInFront(next);
      $(`#queue [data-card="${job.card.dataset.id}"]`)?.closest("li").remove();
    }
    post();
  };

  /** What only waited for this one may be approved now; the server looks again, in the same order. */
  const unblock = (others, part) => {
    const id = part.id.replace("proposal-", "");
    for (const one of others.filter((other) => other.dataset.awaits)) {
      const left = one.dataset.awaits.split(" ").filter((other) => other !== id);
      one.dataset.awaits = left.join(" ");
      if (left.length) continue;
      $(".notice[id^=blocked-]", one)?.remove();
      $("form[data-decision=approve] button", one).disabled = false;
    }
  };

  /** A proposal that is on its way shows its head alone. */
  const fold = (job) => {
    job.folded = [...job.part.children].filter((one) => !one.matches(".proposal-head"));
    for (const one of job.folded) one.remove();
    job.part.classList.add("is-decided");
    job.part.removeAttribute("data-waits");
  };

  const unfold = (job) => {
    if (!job.folded) return;
    job.part.append(...job.folded);
    job.part.classList.remove("is-decided");
    job.part.setAttribute("data-waits", "");
  };

  const goOnTo = (proposal) => {
    shownAt = performance.now();
    const line = firstLine(proposal);
    if (line) setLine(line, { focus: true, follow: true });
    else for (const one of $$(".proposal")) one.classList.toggle("is-current", one === proposal);
  };

  const putInFront = (next) => {
    const isOther = next.dataset.id !== card().dataset.id;
    card().replaceWith(next);
    window.htmx.process(next);
    if (isOther) history.pushState({ htmx: true }, "", next.dataset.url);
    for (const item of $$("#queue .queue-item")) {
      if (item.dataset.card === next.dataset.id) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    }
    startCard({ focus: true });
  };

  const post = async () => {
    if (posting) return;
    posting = true;
    while (outbox.length) {
      const job = outbox[0];
      const answer = await send(job);
      if (answer?.goTo) return location.assign(answer.goTo); // the session has ended
      outbox.shift();
      if (!answer) takeAllBack(job);
      else if (answer.ok) takeIn(answer.page, job);
      else takeBack(answer.page, job);
    }
    posting = false;
    root.removeAttribute("data-deciding");
    for (const go of whenSent.splice(0)) go();
  };

  const send = async (job) => {
    const headers = {
      ...JSON.parse(document.body.getAttribute("hx-headers")),
      "HX-Request": "true",
      "X-Shown-Card": job.shown,
      "X-Queue-Left": String($$("#queue .queue-item").length),
    };
    try {
      const answer = await fetch(job.url, { method: "POST", body: job.body, headers, credentials: "same-origin" });
      return { ok: answer.ok, page: parse(await answer.text()), goTo: answer.headers.get("HX-Redirect") };
    } catch {
      return null;
    }
  };

  /** The decision stands: progress follows, and the list where it ran short, unless the next answer brings them anyway. */
  const takeIn = (page, job) => {
    for (const id of outbox.length ? [] : ["review-progress", "queue"]) {
      const came = page.getElementById(id);
      if (!came) continue;
      const top = $(`#${id}`).scrollTop;
      $(`#${id}`).replaceWith(came);
      window.htmx.process(came);
      came.scrollTop = top;
    }
    say($$(".toast", page));
    const came = page.getElementById("card");
    if (!came) return;
    if (came.dataset.id === job.card.dataset.id) return takeParts(came);
    // Somebody else has the card that was shown.
    const place = ahead.findIndex((one) => one.dataset.id === job.shown);
    if (place >= 0) ahead.splice(place, 1);
    tellAhead();
    if (card().dataset.id === job.shown) {
      nothingAhead();
      putInFront(document.adoptNode(came));
    }
  };

  /** The card in front as the server has it now: what changed is replaced, but nothing that is on its way or being edited. */
  const takeParts = (came) => {
    if (came.dataset.id !== card().dataset.id) return;
    const words = (part) => part.textContent.replace(/\s+/g, " ");
    const line = lastLine;
    for (const fresh of $$(".proposal, .approve-all", came)) {
      const held = document.getElementById(fresh.id);
      if (!held || words(held) === words(fresh) || $("form.edit-lines", held)) continue;
      if (outbox.some((job) => job.part.id === fresh.id)) continue;
      const here = held.contains(document.activeElement);
      const node = document.adoptNode(fresh);
      node.classList.toggle("is-current", held.classList.contains("is-current"));
      for (const box of $$("[data-leave]", node)) box.checked = Boolean($(`[name="${box.name}"]:checked`, held));
      held.replaceWith(node);
      window.htmx.process(node);
      const again = $(`[data-line="${CSS.escape(line)}"]`, node);
      if (again) setLine(again, { focus: here, follow: false });
    }
    if (!$(".approve-all", came)) $(".approve-all", card())?.remove();
  };

  /** The decision was refused: its card comes back in front with the reason, as the server has it now. */
  const takeBack = (page, job) => {
    const rest = outbox.filter((one) => one.card.dataset.id !== job.card.dataset.id);
    outbox.splice(0, outbox.length, ...rest); // they were decided without knowing this
    bringBack(document.adoptNode(page.getElementById("card") ?? job.card));
    say($$(".toast", page));
  };

  /** The server did not answer: all that was on its way comes back, the oldest in front. */
  const takeAllBack = (job) => {
    for (const one of [job, ...outbox.splice(0)].reverse()) {
      unfold(one);
      bringBack(one.card);
      goOnTo(one.part);
    }
    sayOffline();
  };

  const bringBack = (back) => {
    if (back.dataset.id !== card().dataset.id) {
      ahead.unshift(card());
      tellAhead();
    }
    putInFront(back);
  };

  /** Whatever htmx is about to ask: decisions run ahead; all else on this page waits its turn. */
  const onConfirm = (event) => {
    const { elt, triggeringEvent, issueRequest } = event.detail;
    if (elt.matches(DECISION) && mayRunAhead(elt)) {
      event.preventDefault();
      runAhead(elt, triggeringEvent?.submitter);
    } else if (posting && elt.closest(".review")) {
      event.preventDefault();
      root.setAttribute("data-deciding", "");
      whenSent.push(() => {
        if (elt.isConnected) issueRequest(true);
        else if (elt.id) document.getElementById(elt.id)?.requestSubmit?.(); // the form of today, not of then
      });
    }
  };

  const onBeforeRequest = (event) => {
    if (event.detail.elt.matches(DECISION)) root.setAttribute("data-deciding", "");
  };

  const onAfterRequest = () => {
    if (!whenSent.length) root.removeAttribute("data-deciding");
  };

  const onAfterSettle = (event) => {
    const came = event.detail.elt;
    if (came?.id === "card") {
      nothingAhead();
      startCard({ focus: true });
    } else if (came?.matches(".proposal")) {
      const box = firstBox(came);
      const line = $("[data-line]", came);
      if (box) startTyping(box);
      else if (line) setLine(line, { focus: true });
    }
  };

  const onSubmit = (event) => {
    const field = event.target.elements.namedItem("elapsed_ms");
    if (field) field.value = String(Math.round(performance.now() - shownAt));
  };

  const onClick = (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-line]") && !isTyping(event.target)) setLine(at("[data-line]"));
    if (at("mark.evidence")) showChange(at("mark.evidence").dataset.changes.split(" ")[0]);
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

  // --- nothing on its way is lost when the page is left ---

  const onBeforeUnload = (event) => {
    if (outbox.length) event.preventDefault();
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.addEventListener("click", onClick);
    document.addEventListener("submit", onSubmit, true);
    document.addEventListener("pointerdown", onPointerDown);
    document.addEventListener("pointermove", onPointerMove);
    document.addEventListener("pointerup", onPointerEnd);
    document.addEventListener("pointercancel", onPointerEnd);
    document.addEventListener("htmx:confirm", onConfirm);
    document.addEventListener("htmx:beforeRequest", onBeforeRequest);
    document.addEventListener("htmx:afterRequest", onAfterRequest);
    document.addEventListener("htmx:afterSettle", onAfterSettle);
    document.addEventListener("htmx:sendError", onAfterRequest);
    window.addEventListener("beforeunload", onBeforeUnload);
    startCard({ focus: true });
  });
})();
