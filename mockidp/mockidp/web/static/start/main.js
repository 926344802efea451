// The living part of the start page: asks the provider what is new, and shows it.

import { get, Refused, useControlToken } from "./api.js";
import { makeClock } from "./clock.js";
import { addCopyButtons } from "./copying.js";
import { el, field, say } from "./dom.js";
import { makeFaults } from "./faults.js";
import { makeKeys } from "./keys.js";
import { makeRequests } from "./requests.js";
import { makeState } from "./state.js";
import { makeTabs } from "./tabs.js";
import { makeTokens } from "./tokens.js";

const WAIT = 20; // seconds that the provider may keep us waiting for news
const AGAIN = 2000; // milliseconds before we ask again when nobody answers

const part = (id) => document.getElementById(id);
const live = part("live");

// Do something; say how it went.
async function act(deed, done = "") {
  try {
    await deed();
    if (done) say(done);
  } catch (error) {
    say(error.message, true);
  }
}

async function begin() {
  const { faults: catalogue } = await get("faults/catalogue");
  const clock = makeClock(part("controls"), part("live-clock"), act);
  const drawn = [
    clock.draw,
    makeTokens(part("tokens"), catalogue, clock.now, act),
    makeRequests(part("requests"), act),
    makeKeys(part("controls"), act),
    makeFaults(part("controls"), catalogue, act),
  ];
  const take = makeState();
  await follow(async (answer, anew) => {
    const state = await take(answer, anew);
    for (const draw of drawn) draw(state);
    if (live.hidden) makeTabs(part("tabs"));
    live.hidden = false;
  });
}

async function follow(draw) {
  let since = 0;
  let lost = false;
  for (;;) {
    try {
      const answer = await get("state", { since, wait: since ? WAIT : 0 });
      await draw(answer, lost || answer.number < since);
      since = answer.number;
      if (lost) say("The provider answers again.");
      lost = false;
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof Refused)) throw error;
      if (!lost) say("The provider does not answer: what is shown is what it said last.", true);
      lost = true;
      since = 0; // whoever answers then may be another provider, which counts from its own beginning
      await new Promise((done) => setTimeout(done, AGAIN));
    }
  }
}

// Somebody set a control token, or we came from another machine.
function askForControlToken(refusal) {
  const token = el("input", { type: "password", autocomplete: "off" });
  live.after(
    el(
      "form",
      {
        class: "card plain",
        onsubmit: (event) => {
          event.preventDefault();
          useControlToken(token.value);
          location.reload();
        },
      },
      el("h2", {}, "Live view"),
      el("p", {}, refusal.message),
      field("control-token", "Control token", token, "What the provider was started with: mockidp serve --control-token …"),
      el("button", { class: "main-button" }, "Show it"),
    ),
  );
}

addCopyButtons();
begin().catch((error) => (error instanceof Refused && [401, 403].includes(error.status) ? askForControlToken(error) : say(error.message, true)));
