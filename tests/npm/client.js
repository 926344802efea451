// A DPoP client that is not ours: prints the thumbprint of its key, reads what to ask for, prints what came back.
import * as readline from "node:readline/promises";
import * as oauth from "oauth4webapi";

const insecure = { [oauth.allowInsecureRequests]: true };
const [alg] = process.argv.slice(2);

const mine = oauth.DPoP({}, await oauth.generateKeyPair(alg));
const another = oauth.DPoP({}, await oauth.generateKeyPair(alg));
console.log(JSON.stringify({ jkt: await mine.calculateThumbprint() }));

const input = readline.createInterface({ input: process.stdin });
const { token, resource } = JSON.parse((await input[Symbol.asyncIterator]().next()).value);
input.close();

async function discover() {
  const identifier = new URL(resource);
  return oauth.processResourceDiscoveryResponse(identifier, await oauth.resourceDiscoveryRequest(identifier, insecure));
}

async function ask(DPoP, method, path, nonces = 0) {
  const url = new URL(resource + path);
  try {
    const response = await oauth.protectedResourceRequest(token, method, url, undefined, undefined, { DPoP, ...insecure });
    return { status: response.status, nonces, body: await response.text() };
  } catch (error) {
    if (oauth.isDPoPNonceError(error) && nonces < 2) return ask(DPoP, method, path, nonces + 1);
    if (error instanceof oauth.WWWAuthenticateChallengeError) return { status: error.status, nonces, challenges: error.cause };
    throw error;
  }
}

console.log(
  JSON.stringify({
    metadata: await discover(),
    first: await ask(mine, "GET", "/orders"),
    second: await ask(mine, "GET", "/orders"),
    post: await ask(mine, "POST", "/orders?page=2&q=%20a#part"),
    odd: await ask(mine, "DELETE", "/Gr%C3%B6%C3%9Fe%201/a%2Bb/../%7Ex"),
    stolen: await ask(another, "GET", "/orders"),
    bearer: await ask(undefined, "GET", "/orders"),
  }),
);
