import { expect, test } from "vitest";
import { isOriginAllowed } from "./origin-rules.ts";

test.each<[string, string, boolean]>([
  ["https://example.com", "https://example.com", true],
  ["https://EXAMPLE.com", "https://Example.com", true],
  ["http://example.com", "https://example.com", false],
  ["https://example.com:8443", "https://example.com", false],
  ["https://a.example.com", "https://*.example.com", true],
  ["https://a.b.example.com", "https://*.example.com", true],
  ["https://example.com", "https://*.example.com", false],
  ["https://.example.com", "https://*.example.com", false],
  ["https://evil.com/.example.com", "https://*.example.com", false],
  ["https://evil.com:1@a.example.com", "https://*.example.com", false],
  ["https://myexample.com", "https://*example.com", true],
  ["http://a.example.com", "https://*.example.com", false],
  ["https://a.example.com.evil.com", "https://*.example.com", false],
  ["http://localhost:3000", "http://localhost:3000", true],
  ["null", "*", true],
  ["null", "https://*.example.com", false],
])("%s fits %s: %s", (origin, allowed, expected) => {
  expect(isOriginAllowed(origin, [allowed])).toBe(expected);
});
