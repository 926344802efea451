// A provider that is not ours: opaque tokens, and an introspection endpoint with every way of authentication it knows.
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

console.warn = () => {};
const [line] = await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next().then((read) => [read.value]);
const given = JSON.parse(line);

const signing = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
const asking = (client_id, method, more) => ({
  client_id,
  token_endpoint_auth_method: method,
  grant_types: [],
  response_types: [],
  redirect_uris: [],
  introspection_signed_response_alg: "RS256",
  ...more,
});

const provider = new Provider(given.issuer, {
  jwks: { keys: [{ ...signing, kid: "provider-1", use: "sig", alg: "RS256" }] },
  clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "self_signed_tls_client_auth"],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    jwtIntrospection: { enabled: true },
    mTLS: {
      enabled: true,
      selfSignedTlsClientAuth: true,
      getCertificate: (ctx) => ctx.socket.getPeerX509Certificate?.(),
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => given.audience,
      getResourceServerInfo: (_ctx, audience) => ({ scope: "orders:read", audience, accessTokenFormat: "opaque" }),
    },
  },
  clients: [
    { ...asking("app", "client_secret_basic", { client_secret: given.secret }), grant_types: ["client_credentials"] },
    asking("basic", "client_secret_basic", { client_secret: given.secret }),
    asking("post", "client_secret_post", { client_secret: given.secret }),
    asking("signing", "private_key_jwt", { jwks: { keys: [given.jwk] } }),
    asking("certified", "self_signed_tls_client_auth", { jwks: { keys: [given.certificate_jwk] } }),
  ],
});

const ready = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const plain = createServer(provider.callback());
await new Promise((resolve) => plain.listen(Number(new URL(given.issuer).port), "127.0.0.1", resolve));
const tls = createTlsServer(
  { cert: readFileSync(given.tls[0]), key: readFileSync(given.tls[1]), requestCert: true, rejectUnauthorized: false },
  provider.callback(),
);
await ready(tls);
console.log(JSON.stringify({ tls: `https://127.0.0.1:${tls.address().port}` }));
