import { expect, test } from "vitest";
import { invitationOf, joinAddress } from "./join-link.ts";

const CLAIMS = {
  jti: "AbCdEf123456",
  user_id: "Zoë",
  exp: 1_800_000_000,
  events_url: "ws://127.0.0.1:4566/ivs-realtime/events",
  whip_url: "http://127.0.0.1:4566/ivs-realtime/whip",
  capabilities: { allow_publish: true },
};

function tokenOf(claims: unknown): string {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encoded({ alg: "ES384" })}.${encoded(claims)}.c2lnbmF0dXJl`;
}

function placeAt(address: string): URL {
  return new URL(address);
}

function queryOf(address: string): URLSearchParams {
  return new URLSearchParams(new URL(address).hash.replace(/^[^?]*\?/, ""));
}

test("a link holds the token in its fragment, and its page knows what the token allows", () => {
  const token = tokenOf(CLAIMS);
  const address = joinAddress(placeAt("http://127.0.0.1:4566/"), token, "my & stage");
  expect(new URL(address).search).toBe("");
  expect(new URL(address).hash).toMatch(/^#\/join\?token=ey/);
  expect(invitationOf(queryOf(address))).toEqual({
    token,
    participantId: "AbCdEf123456",
    userId: "Zoë",
    stageName: "my & stage",
    canPublish: true,
    canSubscribe: false,
    expiresAt: new Date("2027-01-15T08:00:00Z"),
    endpoints: { whip: CLAIMS.whip_url, events: CLAIMS.events_url },
  });
});

test.each([
  ["http://127.0.0.1:4566/", "http://127.0.0.1:4566"],
  ["http://localhost:4566/", "http://localhost:4566"],
  ["http://192.168.1.5:4566/", "https://192.168.1.5:4566"],
  ["https://live.example.com/", "https://live.example.com"],
])("a link made at %s is one where browsers give cameras: %s", (at, origin) => {
  expect(new URL(joinAddress(placeAt(at), tokenOf(CLAIMS), "")).origin).toBe(origin);
});

test.each([
  "",
  "ey",
  "a.b.c",
  tokenOf(null),
  tokenOf({ ...CLAIMS, jti: undefined }),
  tokenOf({ ...CLAIMS, exp: "soon" }),
  `${tokenOf(CLAIMS)}/../x`,
])("%j invites nobody", (token) => {
  expect(invitationOf(new URLSearchParams({ token }))).toBeUndefined();
});
