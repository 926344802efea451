// Each realm's signing keys, and the steps of their life.

import { post } from "./api.js";
import { button, el } from "./dom.js";

const STEPS = [
  ["rotate", "Rotate", "Signs with a new key; the old one stays published."],
  ["publish", "Publish", "Shows the next key before it is used."],
  ["activate", "Activate", "Signs with the published key that has waited longest."],
  ["retire", "Retire", "Publishes the former keys no longer."],
  ["revoke", "Revoke", "Drops the current key at once."],
  ["collide", "Collide", "Puts a new key under the same kid."],
  ["reset", "Reset", "Only the first key again."],
];
const PHASES = { next: "waits", current: "signs", former: "signed before" };

export function makeKeys(panel, act) {
  const card = el("div", { class: "card plain" }, el("h2", {}, "Keys"));
  const realms = new Map();
  panel.append(card);
  return function draw(state) {
    for (const realm of state.realms) {
      if (!realms.has(realm.name)) card.append(...added(realm));
      const keys = state.keys[realm.name] ?? [];
      realms.get(realm.name).replaceChildren(
        ...keys.map((key) => el("li", {}, el("code", {}, key.kid), ` ${key.algorithm} `, el("strong", {}, PHASES[key.phase] ?? key.phase))),
      );
    }
  };

  function added(realm) {
    const list = el("ul", { class: "keys" });
    realms.set(realm.name, list);
    const buttons = STEPS.map(([step, text, about]) =>
      button(text, () => act(() => post(`keys/${step}`, { realm: realm.name }), `${realm.title}: ${about}`), {
        class: "small-button", title: about, "aria-label": `${text} keys of ${realm.title}`,
      }),
    );
    return [el("h3", {}, realm.title), list, el("p", { class: "buttons" }, ...buttons)];
  }
}
