// The control API of this provider (see /_mockidp/openapi.json); only pages of its own origin may use it.

const base = document.getElementById("live").dataset.control;
let controlToken = sessionStorage.getItem("mockidp-control-token") ?? "";

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function useControlToken(token) {
  controlToken = token;
  sessionStorage.setItem("mockidp-control-token", token);
}

export const get = (name, query = {}) => asked(`${name}?${new URLSearchParams(query)}`, {});

export const post = (name, body = {}) => {
  const said = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== "" && value !== null && value !== undefined));
  return asked(name, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(said) });
};

async function asked(path, how) {
  const headers = { ...how.headers, ...(controlToken && { authorization: `Bearer ${controlToken}` }) };
  const answer = await fetch(`${base}/${path}`, { cache: "no-store", ...how, headers });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, body.detail ?? body.title ?? `${answer.status} ${answer.statusText}`);
  return body;
}
