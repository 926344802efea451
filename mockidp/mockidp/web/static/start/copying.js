// Copy buttons beside what one wants to have elsewhere.

import { button, say } from "./dom.js";

export function copyButton(name, text, label = "Copy") {
  return button(label, () => copy(name, text), { class: "small-button", "aria-label": label === "Copy" && `Copy the ${name}` });
}

export function addCopyButtons() {
  for (const code of document.querySelectorAll("[data-copy]")) {
    const beside = code.closest("a, pre") ?? code; // one click on a command selects all of it, and nothing else
    beside.after(" ", copyButton(code.dataset.copy, code.textContent));
  }
}

async function copy(name, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copyAsOfOld(text)) return say("The browser does not let this page copy: select the text and copy it yourself.", true);
  }
  say(`Copied the ${name}.`);
}

// Where the page is no secure context, there is no clipboard to write to, but a selection can still be copied.
function copyAsOfOld(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
