// What provider_child.py does, for oauth2-mock-server: started and stopped with a key of its own, and minting.
import { OAuth2Server } from "oauth2-mock-server";

const TIMES = 40, MINTED = 2000;
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const started = [], stopped = [];
let server;
for (let time = 0; time < TIMES; time++) {
  const began = performance.now();
  server = new OAuth2Server();
  await server.issuer.keys.generate("RS256");
  await server.start(0, "127.0.0.1");
  const up = performance.now();
  await server.stop();
  started.push(up - began);
  stopped.push(performance.now() - up);
}
server.issuer.url = "http://127.0.0.1";
await server.issuer.buildToken();
const began = performance.now();
for (let time = 0; time < MINTED; time++) await server.issuer.buildToken();
const seconds = (performance.now() - began) / 1000;
console.log(JSON.stringify({ start: median(started), stop: median(stopped), "minted RS256": MINTED / seconds }));
