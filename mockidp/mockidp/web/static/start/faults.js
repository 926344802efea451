// What is going to go wrong, and a form to ask for more.

import { post } from "./api.js";
import { button, el, field, options, withCode } from "./dom.js";

const ENDPOINTS = ["authorize", "device", "discovery", "introspect", "jwks", "login", "logout", "revoke", "token", "userinfo"];

export function makeFaults(panel, catalogue, act) {
  const fault = options(el("select"), catalogue.map(({ name, kind }) => [name, `${name} (${kind})`]));
  const value = el("input", { inputmode: "decimal", autocomplete: "off" });
  const often = options(el("select"), [["next", "the next one"], ["always", "all, until cleared"]]);
  const realm = el("select");
  const endpoint = options(el("select"), [["", "any that fits"], ...ENDPOINTS.map((name) => [name, name])]);
  const client = el("input", { autocomplete: "off", placeholder: "anybody" });
  const user = el("input", { autocomplete: "off", placeholder: "anybody" });
  const about = el("p", { class: "detail whole-row", role: "note" });
  const pending = el("ul", { class: "keys" });
  const number = field("fault-value", "Number", value);

  const chosen = () => catalogue.find(({ name }) => name === fault.value);
  function describe() {
    const { lies, verdict, kind, usual } = chosen();
    about.replaceChildren(...withCode(`${lies} A careful client or gate: ${verdict}.`));
    endpoint.disabled = kind === "token";
    number.hidden = usual === null || usual === undefined;
    value.placeholder = number.hidden ? "" : String(usual);
  }
  fault.addEventListener("change", describe);

  const clear = button("Back to the truth", () => act(() => post("faults/clear"), "Nothing is going to go wrong any more."), { class: "small-button" });
  panel.append(
    el(
      "div",
      { class: "card plain" },
      el("h2", {}, "Faults"),
      el("p", { class: "detail" }, "A fault waits for the request or token that it fits. Tests in parallel better ask for theirs by request."),
      el(
        "form",
        {
          class: "grid",
          onsubmit: (event) => {
            event.preventDefault();
            const name = number.hidden || !value.value ? fault.value : `${fault.value}=${value.value}`;
            const body = { fault: name, realm: realm.value, client: client.value, user: user.value, endpoint: endpoint.disabled ? "" : endpoint.value };
            act(() => post(`faults/${often.value}`, body), `${name} waits for what it fits.`);
          },
        },
        field("fault-name", "Fault", fault),
        field("fault-often", "For", often),
        field("fault-realm", "Realm", realm),
        field("fault-endpoint", "Endpoint", endpoint),
        field("fault-client", "Client", client),
        field("fault-user", "User", user),
        number,
        about,
        el("button", { class: "main-button whole-row" }, "Let it go wrong"),
      ),
      el("h3", {}, "Still to come"),
      pending,
      el("p", { class: "buttons" }, clear),
    ),
  );
  describe();

  return function draw(state) {
    if (realm.options.length !== state.realms.length + 1) options(realm, [["", "any"], ...state.realms.map(({ name, title }) => [name, title])]);
    clear.disabled = state.faults.length === 0;
    pending.replaceChildren(
      ...(state.faults.length ? state.faults.map((one) => el("li", {}, el("strong", {}, one.fault), ` ${whom(one)}`, one.warning && el("p", { class: "detail" }, one.warning))) : [el("li", { class: "detail" }, "Nothing.")]),
    );
  };
}

function whom({ fault, times, warning, ...whom }) {
  const often = times === null || times === undefined ? "until cleared" : times === 1 ? "once" : `${times} times`;
  const named = Object.entries(whom).filter(([, value]) => value).map(([name, value]) => `${name} ${value}`);
  return [often, ...named].join(", ");
}
