// Sections as tabs (WAI-ARIA: arrow keys go along them). Without scripts there is just the first section.

import { el } from "./dom.js";

export function makeTabs(list) {
  const panels = [...document.querySelectorAll("[data-tab]")];
  const tabs = panels.map((panel) =>
    el("button", { type: "button", role: "tab", id: `tab-${panel.id}`, "aria-controls": panel.id, onclick: () => show(panel.id) }, panel.dataset.tab),
  );
  list.append(...tabs);
  for (const panel of panels) {
    panel.setAttribute("role", "tabpanel");
    panel.removeAttribute("aria-label");
    panel.setAttribute("aria-labelledby", `tab-${panel.id}`);
  }

  function show(id, focus = false) {
    panels.forEach((panel, at) => {
      const shown = panel.id === id;
      panel.hidden = !shown;
      tabs[at].setAttribute("aria-selected", String(shown));
      tabs[at].tabIndex = shown ? 0 : -1;
      if (shown && focus) tabs[at].focus();
    });
    history.replaceState(null, "", `#${id}`);
  }

  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    show(panels[(next + tabs.length) % tabs.length].id, true);
  });
  const named = location.hash.slice(1);
  show(panels.some((panel) => panel.id === named) ? named : panels[0].id);
  return show;
}
