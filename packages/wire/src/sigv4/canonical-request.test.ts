import { expect, test } from "vitest";
import type { SignedAuthentication } from "../authentication/authentication.ts";
import { canonicalPaths, canonicalRequest } from "./canonical-request.ts";

/** The characters before and after each range of hexadecimal digits, and the ends of the ranges. */
const DIGITS = ["0", "9", "A", "F", "a", "f"];
const NO_DIGITS = ["/", ":", "@", "G", "`", "g"];

const authentication = {
  kind: "header",
  signedHeaders: ["host"],
} as unknown as SignedAuthentication;

function canonicalQueryOf(rawQuery: string): string {
  const request = { method: "GET", rawPath: "/", rawQuery, headers: { host: "a" } } as never;
  return canonicalRequest(request, authentication, "/", "hash").split("\n")[2] ?? "";
}

test.each(DIGITS)("%%4%s and its like are escapes", (digit) => {
  const character = String.fromCharCode(Number.parseInt(`4${digit}`, 16));
  expect(canonicalQueryOf(`k=%4${digit}`)).toBe(`k=${encodeURIComponent(character)}`);
  const [canonical] = canonicalPaths(`/%4${digit}`, true);
  expect(canonical).toBe(`/${encodeURIComponent(character)}`);
});

test.each(NO_DIGITS)("a per cent before %s stands for itself", (other) => {
  for (const raw of [`%4${other}`, `%${other}4`, `%${other}`])
    expect(canonicalQueryOf(`k=${raw}`)).toBe(`k=${encodeURIComponent(raw)}`);
});

test("a per cent at the end stands for itself", () => {
  for (const raw of ["%", "%4", "a%"])
    expect(canonicalQueryOf(`k=${raw}`)).toBe(`k=${encodeURIComponent(raw)}`);
});
