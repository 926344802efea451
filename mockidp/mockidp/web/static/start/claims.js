// What the members of tokens mean, for people.

const MEANINGS = {
  iss: "Issuer: who made the token (RFC 7519 §4.1.1)",
  sub: "Subject: whom it speaks of (RFC 7519 §4.1.2)",
  aud: "Audience: whom it is meant for; everybody else must refuse it (RFC 7519 §4.1.3)",
  exp: "Expiry: from then on it must be refused (RFC 7519 §4.1.4)",
  nbf: "Not before: until then it must be refused (RFC 7519 §4.1.5)",
  iat: "Issued at (RFC 7519 §4.1.6)",
  jti: "The token's own name, by which it can be taken back (RFC 7519 §4.1.7)",
  client_id: "The client that it was issued to (RFC 8693 §4.3)",
  scope: "What it allows, as names with spaces between them (RFC 8693 §4.2)",
  scopes: "What it allows, as a list",
  roles: "The roles of the subject",
  azp: "Authorized party: the client that it was issued to (OpenID Connect Core §2)",
  nonce: "The client's own value, which ties an ID token to its request (OpenID Connect Core §2)",
  auth_time: "When the person logged in (OpenID Connect Core §2)",
  at_hash: "The access token that an ID token belongs to (OpenID Connect Core §3.1.3.6)",
  acr: "How well the person was authenticated (OpenID Connect Core §2)",
  amr: "By which means the person was authenticated (OpenID Connect Core §2)",
  sid: "The login session",
  cnf: "Confirmation: only with this key or certificate may it be used (RFC 7800)",
  name: "The person's full name",
  email: "The person's e-mail address",
  email_verified: "Was the e-mail address checked?",
  preferred_username: "What the person likes to be called",
  alg: "Algorithm of the signature; a verifier must not believe it blindly (RFC 7515 §4.1.1)",
  typ: "Type: at+jwt is an access token (RFC 9068 §2.1), JWT may be an ID token",
  kid: "Which key signed it, by its name in the JWKS (RFC 7515 §4.1.4)",
  crit: "Members that a verifier must understand (RFC 7515 §4.1.11)",
};

export const meaning = (name) => (Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : "A claim of its own");

export const isTime = (name) => ["exp", "nbf", "iat", "auth_time"].includes(name);

export const inWords = (seconds) => {
  const size = Math.abs(seconds);
  const [unit, name] = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]].find(([unit]) => size >= unit) ?? [1, "second"];
  const count = Math.floor(size / unit);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
};

export function when(seconds, now) {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > 8.64e12) return "no time at all";
  const at = new Date(seconds * 1000).toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
  const away = seconds - now;
  return `${at}, ${away < 0 ? `${inWords(away)} ago` : `in ${inWords(away)}`}`;
}
