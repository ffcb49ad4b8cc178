import { expect, test } from "vitest";
import {
  checkConnectionParameters,
  checkTargetParameters,
  isOwnHeader,
} from "./http-parameters.ts";

/** Headers that say how a request is sent, whatever is in it. */
const OWN = [
  ...["host", "connection", "keep-alive", "content-length", "transfer-encoding", "te", "trailer"],
  ...["upgrade", "expect", "http2-settings", "proxy-authorization", "proxy-connection", "range"],
  ...["max-forwards", "via", "forwarded", "accept-encoding", "content-encoding", "user-agent"],
  ...["x-forwarded-for", "x-forwarded-", "x-forwarded-anything"],
];
const NO_NAMES = ["", "a b", "a:", "ä", "a\n", "\na", "x".repeat(513)];
const NAMES = [
  "x-a",
  "authorization",
  "x-forwarded",
  "hosts",
  "!#$%&'*+.^_`|~0aZ-",
  "x".repeat(512),
];

test.each([...OWN, ...NO_NAMES].map((name) => [name]))("the header %j isn't a caller's", (name) => {
  expect(isOwnHeader(name)).toBe(true);
});

test.each(NAMES.map((name) => [name]))("the header %j is a caller's", (name) => {
  expect(isOwnHeader(name)).toBe(false);
});

type Check = (name: string, value: string) => () => void;

const pairs = (Key: string, Value: string) => [{ Key, Value }];
const connection = (auth: Parameters<typeof checkConnectionParameters>[0]) => () =>
  checkConnectionParameters(auth);
const target = (parameters: Parameters<typeof checkTargetParameters>[0]) => () =>
  checkTargetParameters(parameters);

const HEADERS: readonly (readonly [string, Check])[] = [
  [
    "an API key",
    (ApiKeyName, ApiKeyValue) => connection({ ApiKeyAuthParameters: { ApiKeyName, ApiKeyValue } }),
  ],
  [
    "a connection's header",
    (key, value) =>
      connection({ InvocationHttpParameters: { HeaderParameters: pairs(key, value) } }),
  ],
  ["a target's header", (key, value) => target({ HeaderParameters: { [key]: value } })],
];
const TEXTS: readonly (readonly [string, Check])[] = [
  ["a user", (_, Username) => connection({ BasicAuthParameters: { Username, Password: "p" } })],
  ["a password", (_, Password) => connection({ BasicAuthParameters: { Username: "u", Password } })],
  [
    "a connection's query",
    (key, value) =>
      connection({ InvocationHttpParameters: { QueryStringParameters: pairs(key, value) } }),
  ],
  [
    "the name of a connection's query",
    (_, key) =>
      connection({ InvocationHttpParameters: { QueryStringParameters: pairs(key, "v") } }),
  ],
  ["a target's query", (key, value) => target({ QueryStringParameters: { [key]: value } })],
  ["the name of a target's query", (_, key) => target({ QueryStringParameters: { [key]: "v" } })],
  ["a part of the path", (_, value) => target({ PathParameterValues: ["first", value] })],
];

test.each(HEADERS)("%s has a header's name that is a caller's", (_, check) => {
  for (const name of [...OWN, ...OWN.map((name) => name.toUpperCase()), ...NO_NAMES])
    expect(check(name, "value"), name).toThrow("is not valid");
  for (const name of NAMES) expect(check(name, "value"), name).not.toThrow();
});

test.each([...HEADERS, ...TEXTS])("%s has no control character", (_, check) => {
  for (const character of ["\n", "\r", "\0", "\u001f", "\u007f", "\u0085"])
    for (const value of [character, `secret${character}`, `${character}secret`]) {
      expect(check("x-a", value), JSON.stringify(value)).toThrow("control character");
      expect(check("x-a", value)).not.toThrow("secret");
    }
  for (const value of ["", "\t", "a b", "é~ ", "💥"]) expect(check("x-a", value)).not.toThrow();
});

test("a part of the path leads to no other folder", () => {
  for (const value of [".", ".."])
    expect(target({ PathParameterValues: ["first", value] }), value).toThrow("lead elsewhere");
  for (const value of ["...", "a.", ".a", ""])
    expect(target({ PathParameterValues: [value] }), value).not.toThrow();
});
