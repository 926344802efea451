// A token taken apart: every member explained, its validity drawn on a line of time, its signature checked where the browser can.

import { inWords, isTime, meaning, when } from "./claims.js";
import { copyButton } from "./copying.js";
import { el } from "./dom.js";

const ALGORITHMS = {
  RS256: [{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, { name: "RSASSA-PKCS1-v1_5" }],
  ES256: [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }],
  EdDSA: [{ name: "Ed25519" }, { name: "Ed25519" }],
};

const PARTS = ["look-rose", "look-backoffice", "look-storefront"];

// `now` tells the seconds since 1970; `tick` of what comes back draws the validity anew.
export function decoded(token, now, jwks) {
  const parts = token.split(".");
  const shown = el("div", { class: "decoded" });
  shown.append(
    el("p", { class: "token" }, ...parts.flatMap((part, at) => [at ? "." : "", el("span", { class: `part ${PARTS[at] ?? "look-neutral"}` }, part)])),
    el("p", { class: "buttons" }, copyButton("token", token, "Copy token"), copyButton("header", `Authorization: Bearer ${token}`, "Copy header")),
  );
  if (parts.length !== 3) {
    shown.append(el("p", { class: "alert" }, `A signed token has three parts with dots between them; this has ${parts.length}.`));
    return shown;
  }
  const header = read(parts[0]);
  const claims = read(parts[1]);
  let good = validity(claims, now());
  shown.append(good, members("Header", header, now()), members("Claims", claims, now()));
  shown.tick = () => {
    const latest = validity(claims, now());
    good.replaceWith(latest);
    good = latest;
  };
  const verdict = el("p", { class: "detail" }, "Checking the signature …");
  shown.append(el("h3", {}, "Signature"), verdict);
  checked(token, header, jwks).then((text) => verdict.replaceChildren(text));
  return shown;
}

function read(part) {
  try {
    const bytes = fromBase64url(part);
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function members(title, found, now) {
  if (!found) return el("p", { class: "alert" }, `${title}: this is no JSON object.`);
  const rows = Object.entries(found).map(([name, value]) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, el("code", {}, name)),
      el("td", {}, el("code", {}, JSON.stringify(value)), isTime(name) && el("span", { class: "detail block" }, when(value, now))),
      el("td", { class: "detail" }, meaning(name)),
    ),
  );
  const head = el("tr", {}, ...["Name", "Value", "What it means"].map((text) => el("th", { scope: "col" }, text)));
  return el("table", {}, el("caption", {}, title), el("thead", {}, head), el("tbody", {}, ...rows));
}

// From when to when it is good, and where on that line we stand.
function validity(claims, now) {
  const { iat, nbf, exp } = claims ?? {};
  const from = Number.isFinite(nbf) ? nbf : iat;
  if (!Number.isFinite(from) || !Number.isFinite(exp)) return el("p", { class: "validity" }, "It does not say from when to when it is good.");
  const [state, text] =
    now >= exp
      ? ["over", `Expired ${inWords(now - exp)} ago.`]
      : now < from
        ? ["early", `Not good yet: in ${inWords(from - now)}.`]
        : ["good", `Good for another ${inWords(exp - now)}.`];
  const length = Math.max(exp - from, 1);
  const [first, last] = [Math.min(from, now) - length * 0.05, Math.max(exp, now) + length * 0.05];
  const at = (time) => ((time - first) / (last - first)) * 100;
  const line = el("div", { class: `timeline ${state}`, "aria-hidden": "true" }, el("span", { class: "span" }), el("span", { class: "now" }));
  line.firstChild.style.left = `${at(from)}%`;
  line.firstChild.style.width = `${Math.max(at(exp) - at(from), 0.5)}%`;
  line.lastChild.style.left = `${at(now)}%`;
  return el("div", { class: "validity" }, el("p", {}, el("strong", {}, text), ` It lives for ${inWords(exp - from)}.`), line);
}

// Against the keys that the realms publish now; that is all, and no verifier should leave it at that.
async function checked(token, header, jwks) {
  if (!header) return "There is nothing to go by: the header cannot be read.";
  const [usual, how] = Object.hasOwn(ALGORITHMS, header.alg) ? ALGORITHMS[header.alg] : [];
  if (!how) return `${JSON.stringify(header.alg ?? null)} is no algorithm that a realm here signs with.`;
  const named = Object.entries(jwks).flatMap(([realm, keys]) => keys.filter((key) => key.kid === header.kid).map((key) => [realm, key]));
  if (!named.length) return "No realm publishes a key of this name now.";
  if (!globalThis.crypto?.subtle) return "The browser checks signatures only at a loopback or https address.";
  for (const [realm, jwk] of named) {
    try {
      const { kty, crv, n, e, x, y } = jwk;
      const key = await crypto.subtle.importKey("jwk", { kty, crv, n, e, x, y }, usual, false, ["verify"]);
      const [signed, signature] = [token.slice(0, token.lastIndexOf(".")), token.slice(token.lastIndexOf(".") + 1)];
      if (await crypto.subtle.verify(how, key, fromBase64url(signature), new TextEncoder().encode(signed)))
        return `Good: made by a key that ${realm} publishes.`;
    } catch {
      return "The browser cannot check this signature.";
    }
  }
  return "Wrong: the key of this name did not make it.";
}

function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error("not base64url");
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}
