// A client of key sets that is not ours. Each line on stdin is a token to verify with the client of that name, which is made
// when it is first named; each line on stdout says "let in", or the code of jose's error.
import * as readline from "node:readline/promises";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

const clients = {};

function nameOf(error) {
  return error instanceof errors.JOSEError ? error.code : "another error";
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { name, jwks_uri, options, token, ...expected } = JSON.parse(line);
  clients[name] ??= createRemoteJWKSet(new URL(jwks_uri), options);
  console.log(await jwtVerify(token, clients[name], { ...expected, algorithms: ["RS256"] }).then(() => "let in", nameOf));
}
