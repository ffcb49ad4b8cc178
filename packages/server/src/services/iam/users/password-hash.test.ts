import { scryptSync } from "node:crypto";
import { expect, test } from "vitest";
import { hashPassword, passwordMatches } from "./password-hash.ts";

test("a password is stored as a salted scrypt hash at OWASP's cost", async () => {
  const stored = await hashPassword("Correct-horse-1");
  const [scheme, salt = "", hash] = stored.split("$");
  expect(scheme).toBe("scrypt-16384-8-5");
  const cost = { N: 16_384, r: 8, p: 5 };
  const derived = scryptSync("Correct-horse-1", Buffer.from(salt, "base64"), 32, cost);
  expect(hash).toBe(derived.toString("base64"));
  expect((await hashPassword("Correct-horse-1")).split("$")[1]).not.toBe(salt);
  expect(await passwordMatches("Correct-horse-1", stored)).toBe(true);
  expect(await passwordMatches("Correct-horse-2", stored)).toBe(false);
  await expect(passwordMatches("a", "scrypt-1$b$c")).rejects.toThrow("doesn't know");
});
