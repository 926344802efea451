// Verifiers that are not ours, each set up twice: as its own documentation begins, and with all that it offers for RFC 9068.
// Reads {issuer, audience, jwks_uri, required, tokens} and prints which tokens each of them lets in.
import { once } from "node:events";
import express from "express";
import { auth } from "express-oauth2-jwt-bearer";
import { createRemoteJWKSet, jwtVerify } from "jose";

const { issuer, audience, jwks_uri, required, tokens } = JSON.parse(await new Response(process.stdin).text());

async function letIn(verify) {
  const verdicts = {};
  for (const [name, token] of Object.entries(tokens)) verdicts[name] = await verify(token);
  return verdicts;
}

function jose(more) {
  const keys = createRemoteJWKSet(new URL(jwks_uri));
  return letIn((token) =>
    jwtVerify(token, keys, { issuer, audience, algorithms: ["RS256"], ...more }).then(
      () => true,
      () => false,
    ),
  );
}

async function bearer(more) {
  const app = express();
  app.use(auth({ issuerBaseURL: issuer, audience, tokenSigningAlg: "RS256", ...more }));
  app.get("/", (_, answer) => answer.send("let in"));
  app.use((error, _request, answer, _next) => answer.status(error.status ?? 500).end());
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${server.address().port}/`;
  const verdicts = await letIn(async (token) => {
    const answer = await fetch(address, { headers: { Authorization: `Bearer ${token}` } });
    return (await answer.text()) === "let in";
  });
  server.close();
  server.closeAllConnections();
  return verdicts;
}

console.log(
  JSON.stringify({
    jose: [await jose({}), await jose({ typ: "at+jwt", requiredClaims: required, maxTokenAge: "1h" })],
    "express-oauth2-jwt-bearer": [await bearer({}), await bearer({ strict: true, maxTokenAge: 3600 })],
  }),
);
