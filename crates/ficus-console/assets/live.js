// @ts-check
/**
 * Keeps a page up to date: swaps the sections the server has rendered again, and nothing else.
 *
 * Every page works without this. What a visitor has opened, focused or scrolled stays as it was.
 */

/** How long the stream may be silent about being lost before the page says so, in milliseconds. */
const PATIENCE_MS = 3000;

/** @param {string} html @returns {Element | null} */
function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

/** Carries what the visitor opened and scrolled from one element to its successor. @param {Element} from @param {Element} to */
function carry(from, to) {
  for (const details of from.querySelectorAll("details[id]")) {
    const successor = to.querySelector(`#${CSS.escape(details.id)}`);
    if (successor) successor.toggleAttribute("open", details.hasAttribute("open"));
  }
  const scrolled = [...from.querySelectorAll(".scroll")].map((element) => element.scrollLeft);
  requestAnimationFrame(() => {
    [...to.querySelectorAll(".scroll")].forEach((element, index) => {
      element.scrollLeft = scrolled[index] ?? 0;
    });
  });
}

/** What in `section` has the focus, as a selector that also finds its successor. @param {Element} section */
function focused(section) {
  const active = document.activeElement;
  if (!active || !section.contains(active)) return null;
  if (active.id) return `#${CSS.escape(active.id)}`;
  const href = active.getAttribute("href");
  if (href) return `a[href="${CSS.escape(href)}"]`;
  const details = active.closest("details[id]");
  return active.tagName === "SUMMARY" && details ? `#${CSS.escape(details.id)} > summary` : null;
}

/** A selection inside a section is somebody copying: it is swapped the next time. @param {Element} section */
function selecting(section) {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && section.contains(selection.anchorNode);
}

/** Sections that could not be swapped yet, by id. @type {Map<string, string>} */
const waiting = new Map();

/** The forms are not swapped, so that nothing typed is lost; they learn what the page now shows. @param {Element} section */
function teach(section) {
  const { generation, promote } = /** @type {HTMLElement} */ (section).dataset;
  if (!generation || !promote) return;
  for (const field of document.querySelectorAll('input[name="generation"]')) {
    /** @type {HTMLInputElement} */ (field).value = generation;
  }
  const button = document.querySelector('form[action$="/promote"] button');
  if (button) button.textContent = promote;
}

/** @param {string} html */
function swap(html) {
  const next = parsed(html);
  const present = next && document.getElementById(next.id);
  if (!next || !present) return;
  if (selecting(present)) {
    waiting.set(next.id, html);
    return;
  }
  waiting.delete(next.id);
  const focus = focused(present);
  carry(present, next);
  present.replaceWith(next);
  teach(next);
  const successor = focus && next.querySelector(focus);
  if (successor instanceof HTMLElement) successor.focus({ preventScroll: true });
}

/** @param {string} text @param {boolean} lost */
function say(text, lost) {
  const pulse = document.getElementById("pulse");
  if (!pulse) return;
  pulse.hidden = false;
  pulse.classList.toggle("lost", lost);
  if (pulse.textContent !== text) pulse.textContent = text;
}

/** @param {string} url */
function follow(url) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let worry;
  const stream = new EventSource(url);
  stream.addEventListener("open", () => {
    clearTimeout(worry);
    worry = undefined;
    say("Live", false);
  });
  stream.addEventListener("section", (event) => swap(event.data));
  stream.addEventListener("error", () => {
    worry ??= setTimeout(() => say("Connection lost", true), PATIENCE_MS);
    if (stream.readyState === EventSource.CLOSED) {
      setTimeout(() => follow(url), 2 * PATIENCE_MS);
    }
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
}

document.addEventListener("selectionchange", () => {
  for (const html of [...waiting.values()]) swap(html);
});

const url = document.body.dataset.live;
if (url) {
  follow(url);
  addEventListener("pageshow", (event) => {
    if (event.persisted) follow(url);
  });
}
