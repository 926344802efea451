// What the provider has said so far, put together: it answers with what is new, and we keep as much as it does.

import { get } from "./api.js";

const KEPT = 200;
const ASK_AGAIN = 3000; // milliseconds before users and clients are asked for once more

const time = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);

export function makeState() {
  const names = [...document.querySelectorAll("h2.realm")].map((heading) => ({
    name: heading.id.replace(/^realm-/, ""),
    title: heading.textContent.trim(),
    look: /look-\S+/.exec(heading.closest("section").className)[0],
  }));
  let [requests, tokens, users, clients, asked] = [[], [], {}, {}, -Infinity];
  let beginning = 0;

  // `anew` says that the answer is all there is, and may be another provider's, whose numbers mean other things.
  return async function take(answer, anew) {
    if (anew) [requests, tokens, asked, beginning] = [[], [], -Infinity, beginning + 1];
    if (performance.now() - asked > ASK_AGAIN) {
      [{ realms: users }, { realms: clients }] = await Promise.all([get("users"), get("clients")]);
      asked = performance.now();
    }
    const kept = ({ number }) => number > answer.forgotten;
    requests = [...requests.filter(kept), ...answer.requests].slice(-KEPT);
    tokens = [...tokens.filter(kept), ...answer.tokens].slice(-KEPT);
    return {
      clock: answer.clock,
      faults: answer.faults,
      keys: answer.keys,
      jwks: Object.fromEntries(Object.entries(answer.keys).map(([realm, keys]) => [realm, keys.map(({ jwk }) => jwk)])),
      realms: names.map((realm) => ({ ...realm, users: users[realm.name] ?? [], clients: clients[realm.name] ?? [] })),
      requests: requests.map((one) => ({
        id: `${beginning}-${one.number}`,
        at: time(one.at),
        method: one.method,
        path: one.path,
        client: one.client_id,
        status: one.status || null,
        took: `${one.milliseconds.toFixed(1)} ms`,
        text: one.shown,
      })),
      tokens: tokens.toReversed().map((one) => ({
        ...one,
        id: `${beginning}-${one.number}`,
        at: time(one.at),
        kind: one.kind === "id_token" ? "ID token" : "Access token",
        look: names.find(({ name }) => name === one.realm)?.look ?? "look-neutral",
      })),
    };
  };
}
