// The provider's clock: what it shows, and buttons to stop it and to let it jump.

import { post } from "./api.js";
import { button, el, field } from "./dom.js";

const JUMPS = [["1 minute", { minutes: 1 }], ["10 minutes", { minutes: 10 }], ["1 hour", { hours: 1 }], ["1 day", { days: 1 }]];

export function makeClock(panel, shown, act) {
  const at = el("input", { type: "datetime-local", step: "1" });
  const moved = (name, body, text) => () => act(() => post(`clock/${name}`, body), text);
  const freeze = button("Freeze", moved("freeze", {}, "The clock stands still."), { class: "small-button" });
  const resume = button("Let it run", moved("resume", {}, "The clock runs."), { class: "small-button" });
  panel.append(
    el(
      "div",
      { class: "card plain" },
      el("h2", {}, "Clock"),
      el("p", { class: "detail" }, "All that is issued, checked and remembered here goes by it. Other processes keep their own time."),
      el(
        "p",
        { class: "buttons" },
        freeze,
        resume,
        ...JUMPS.map(([text, body]) => button(`+ ${text}`, moved("advance", body, `The clock went ahead by ${text}.`), { class: "small-button" })),
        button("Real time again", moved("reset", {}, "The clock shows real time."), { class: "small-button" }),
      ),
      el(
        "form",
        {
          class: "inline",
          onsubmit: (event) => {
            event.preventDefault();
            const now = Date.parse(`${at.value}Z`) / 1000;
            if (Number.isFinite(now)) act(() => post("clock/set", { now }), "The clock was set.");
          },
        },
        field("clock-at", "Set it to (UTC)", at),
        el("button", { class: "small-button" }, "Set"),
      ),
    ),
  );

  let offset = 0;
  let frozenAt = null;
  const now = () => frozenAt ?? Date.now() / 1000 + offset;
  const tick = () => {
    const text = new Date(now() * 1000).toISOString().replace("T", " ").slice(0, 19);
    const away = Math.abs(offset) > 1.5 || frozenAt !== null;
    shown.replaceChildren("Provider's clock: ", el("time", {}, `${text} UTC`), frozenAt === null ? (away ? " (moved)" : "") : " (frozen)");
  };
  setInterval(tick, 500);

  function draw(state) {
    frozenAt = state.clock.frozen ? state.clock.now : null;
    offset = state.clock.now - Date.now() / 1000;
    freeze.disabled = state.clock.frozen;
    resume.disabled = !state.clock.frozen;
    tick();
  }
  return { draw, now };
}
