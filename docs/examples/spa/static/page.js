// Log in, ask the API, renew the token, log out. What is hard about that is in oidc-client-ts.

import { UserManager } from "oidc-client-ts";

const settings = await (await fetch("/settings.json")).json();
const here = `${location.origin}/`;

const users = new UserManager({
  authority: settings.issuer,
  client_id: settings.client_id, // a public client: a page can keep no secret, so it proves with PKCE that it is the one that asked
  redirect_uri: here,
  post_logout_redirect_uri: here,
  scope: "openid profile orders:read",
  revokeTokensOnSignout: true,
});

const find = (id) => document.getElementById(id);

/** Ask the API with our token; when it has ended, renew it and ask once more. */
async function ask(path) {
  let answer = await send(path);
  if (answer.status === 401 && answer.headers.get("WWW-Authenticate")?.includes("invalid_token")) {
    await users.signinSilent();
    answer = await send(path);
  }
  return answer;
}

async function send(path) {
  const { access_token } = await users.getUser();
  return fetch(settings.api + path, { headers: { Authorization: `Bearer ${access_token}` } });
}

async function showAnswer(path) {
  const answer = await ask(path);
  const status = document.createElement("p");
  status.className = answer.ok ? "in" : "out";
  status.textContent = `${answer.ok ? "Let in" : "Kept out"}: ${answer.status} from ${path}`;
  find("answer").replaceChildren(status, answer.ok ? table(await answer.json()) : challenge(answer));
}

function table(orders) {
  const rows = document.createElement("table");
  rows.createTHead().insertRow().innerHTML = "<th>Order</th><th>Product</th><th>Customer</th>";
  const body = rows.createTBody();
  for (const order of orders) {
    const row = body.insertRow();
    for (const text of [order.id, order.product, order.customer]) row.insertCell().textContent = text;
  }
  return rows;
}

function challenge(answer) {
  const shown = document.createElement("pre");
  shown.textContent = answer.headers.get("WWW-Authenticate");
  return shown;
}

function show(user) {
  find("welcome").hidden = Boolean(user);
  find("shop").hidden = !user;
  document.querySelector(".who").hidden = !user;
  find("answer").replaceChildren();
  if (user) showToken(user);
}

function showToken(user) {
  find("name").textContent = user.profile.name;
  find("until").textContent = new Date(user.expires_at * 1000).toLocaleTimeString();
  find("until").dateTime = new Date(user.expires_at * 1000).toISOString();
}

/** Do it, and tell the person what went wrong if it did. */
async function attempt(work) {
  find("trouble").textContent = "";
  try {
    await work();
  } catch (error) {
    find("trouble").textContent = `That did not work: ${error.error_description || error.message}`;
  }
}

async function comeBack() {
  const answer = new URLSearchParams(location.search);
  if (answer.has("code") || answer.has("error")) {
    const came = location.href;
    history.replaceState(null, "", here); // a code is good once, so a reload shall not bring it again
    await users.signinRedirectCallback(came);
  }
}

find("login").onclick = () => attempt(() => users.signinRedirect());
find("logout").onclick = () => attempt(() => users.signoutRedirect());
find("renew").onclick = () => attempt(() => users.signinSilent());
for (const button of document.querySelectorAll("[data-ask]")) {
  button.onclick = () => attempt(() => showAnswer(button.dataset.ask));
}
users.events.addUserLoaded(showToken); // also when it renews the token by itself, a minute before its end

await attempt(comeBack);
show(await users.getUser());
