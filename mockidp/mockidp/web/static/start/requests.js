// What clients really sent, as it comes in, with secrets hidden.

import { post } from "./api.js";
import { button, el, say } from "./dom.js";

export function makeRequests(panel, act) {
  let paused = false;
  let last = null;
  const pause = button("Pause", () => {
    paused = !paused;
    pause.textContent = paused ? "Go on" : "Pause";
    say(paused ? "New requests are not shown until you go on." : "New requests are shown as they come in.");
    if (!paused && last) draw(last);
  }, { class: "small-button" });
  const clear = button("Forget them", () => act(() => post("requests/clear"), "Forgot the requests."), { class: "small-button" });
  const body = el("tbody");
  const columns = ["Time", "Request", "Client", "Answer", "Took"];
  const table = el(
    "table",
    { class: "requests" },
    el("caption", {}, "The latest requests, the newest first"),
    el("thead", {}, el("tr", {}, ...columns.map((text) => el("th", { scope: "col" }, text)))),
    body,
  );
  const none = el("p", { class: "detail" }, "None yet. They appear here as soon as a client asks for something.");
  panel.append(el("div", { class: "card plain" }, el("h2", {}, "Requests"), el("p", { class: "buttons" }, pause, clear), none, table));

  const rows = new Map();
  function draw(state) {
    last = state;
    if (paused) return;
    const now = new Set(state.requests.map(({ id }) => id));
    for (const [id, row] of rows) if (!now.has(id)) (row.remove(), rows.delete(id));
    for (const one of state.requests) if (!rows.has(one.id)) (rows.set(one.id, row(one)), body.prepend(rows.get(one.id)));
    none.hidden = rows.size > 0;
    table.hidden = rows.size === 0;
  }
  return draw;
}

const row = (one) =>
  el(
    "tr",
    {},
    el("td", {}, one.at),
    el("td", {}, el("details", {}, el("summary", {}, el("code", {}, `${one.method} ${one.path}`)), el("pre", { class: "copy" }, one.text))),
    el("td", {}, one.client ?? "–"),
    el("td", { class: one.status >= 400 ? "bad" : "" }, String(one.status ?? "none")),
    el("td", {}, one.took),
  );
