// The tokens that were issued, one of them taken apart, and a form to make more.

import { post } from "./api.js";
import { decoded } from "./decoder.js";
import { el, field, options, say } from "./dom.js";

export function makeTokens(panel, catalogue, now, act) {
  const list = el("ul", { class: "issued" });
  const pasted = el("textarea", { rows: "3", spellcheck: "false", autocomplete: "off" });
  const apart = el("div");
  const form = mintForm(catalogue, (token) => show(token));
  panel.append(
    el("div", { class: "card plain" }, el("h2", {}, "Make a token"), form.element),
    el(
      "div",
      { class: "card plain" },
      el("h2", {}, "Take a token apart"),
      field("pasted-token", "Token", pasted, "Choose one below, or paste one: it does not leave this page."),
      apart,
    ),
    el("div", { class: "card plain" }, el("h2", {}, "Issued tokens"), list),
  );
  setInterval(() => apart.firstChild?.tick?.(), 1000);
  pasted.addEventListener("input", () => show(pasted.value.trim(), false));

  let state;
  let shown = "";
  function show(token, fill = true) {
    shown = token;
    if (fill) pasted.value = token;
    apart.replaceChildren(token && state ? decoded(token, now, state.jwks) : "");
  }

  let listed = "";
  return function draw(latest) {
    const again = shown && JSON.stringify(state?.jwks) !== JSON.stringify(latest.jwks);
    state = latest;
    form.draw(latest);
    if (again) show(shown, false);
    const names = latest.tokens.map((one) => one.id).join();
    if (names === listed && list.children.length) return;
    listed = names;
    list.replaceChildren(
      ...(latest.tokens.length
        ? latest.tokens.map((one) => el("li", {}, issued(one, () => act(() => show(one.token)))))
        : [el("li", { class: "detail" }, "None yet. They appear here as soon as somebody gets one.")]),
    );
  };

  function issued(one, choose) {
    const [who, whose] = [`${one.kind} of ${one.realm}`, `for ${one.subject}, by ${one.client}, at ${one.at}`];
    const words = el("span", {}, el("span", { class: "name" }, who), el("span", { class: "detail" }, whose));
    return el("button", { type: "button", class: `person ${one.look}`, onclick: choose }, words);
  }
}

function mintForm(catalogue, made) {
  const realm = el("select", { required: true });
  const subject = el("input", { list: "subjects", autocomplete: "off", required: true });
  const subjects = el("datalist", { id: "subjects" });
  const client = el("select");
  const scope = el("input", { autocomplete: "off", spellcheck: "false" });
  const lifetime = el("input", { autocomplete: "off", placeholder: "1h" });
  const claims = el("textarea", { rows: "2", spellcheck: "false", placeholder: '{"roles": ["admin"]}' });
  const lies = catalogue.filter((fault) => fault.kind === "token" && fault.tokens.includes("access_token"));
  const fault = options(el("select"), [["", "None: an honest token"], ...lies.map(({ name }) => [name, name])]);
  const about = el("p", { class: "detail", id: "fault-about" });
  fault.setAttribute("aria-describedby", "fault-about");
  fault.addEventListener("change", () => (about.textContent = lies.find(({ name }) => name === fault.value)?.lies ?? ""));
  const element = el(
    "form",
    { class: "grid", onsubmit: mint },
    field("mint-realm", "Realm", realm),
    field("mint-subject", "Subject", subject),
    field("mint-client", "Client", client),
    field("mint-scope", "Scope", scope),
    field("mint-lifetime", "Expires in", lifetime),
    field("mint-fault", "Fault", fault),
    el("div", { class: "field whole-row" }, el("label", { for: "mint-claims" }, "More claims, as JSON"), Object.assign(claims, { id: "mint-claims" })),
    about,
    subjects,
    el("button", { class: "main-button whole-row" }, "Make it"),
  );
  let realms = [];
  realm.addEventListener("change", fill);
  function fill() {
    const chosen = realms.find(({ name }) => name === realm.value);
    if (!chosen) return;
    subjects.replaceChildren(...chosen.users.map((user) => el("option", { value: user.subject })));
    options(client, chosen.clients.map(({ client_id }) => [client_id, client_id]));
    if (!chosen.users.some((user) => user.subject === subject.value)) subject.value = chosen.users[0]?.subject ?? "";
  }

  async function mint(event) {
    event.preventDefault();
    let more = {};
    try {
      more = claims.value.trim() ? JSON.parse(claims.value) : {};
    } catch {
      claims.setAttribute("aria-invalid", "true");
      return say("The claims are no JSON object.", true);
    }
    claims.removeAttribute("aria-invalid");
    try {
      const { access_token } = await post("token", {
        realm: realm.value, subject: subject.value, client: client.value, scope: scope.value,
        expires_in: lifetime.value, fault: fault.value, claims: more,
      });
      made(access_token);
      say(fault.value ? `Made a token that lies (${fault.value}).` : "Made a token.");
    } catch (error) {
      say(error.message, true);
    }
  }

  let known = "";
  return {
    element,
    draw(state) {
      realms = state.realms;
      const now = JSON.stringify(realms.map(({ name, users, clients }) => [name, users.length, clients.length]));
      if (now === known) return;
      known = now;
      options(realm, realms.map(({ name, title }) => [name, title]));
      fill();
    },
  };
}
