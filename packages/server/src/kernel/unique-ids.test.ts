import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomIds } from "./ids.ts";
import { accountOfUniqueId, newUniqueId } from "./unique-ids.ts";

const accountIds = fc
  .integer({ min: 0, max: 999_999_999_999 })
  .map((number) => String(number).padStart(12, "0"));

describe("a unique id", () => {
  it("has AWS's form and holds its account", () => {
    const property = fc.property(accountIds, (accountId) => {
      const roleId = newUniqueId("AROA", accountId, randomIds);
      const keyId = newUniqueId("AKIA", accountId, randomIds);
      expect(roleId).toMatch(/^AROA[A-Z2-7]{17}$/);
      expect(keyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
      expect(accountOfUniqueId(roleId)).toBe(accountId);
      expect(accountOfUniqueId(keyId)).toBe(accountId);
    });
    fc.assert(property);
  });

  it("has the account of a key that AWS's documentation decodes", () => {
    expect(accountOfUniqueId("ASIAQNZGKIQY56JQ7WML")).toBe("029608264753");
  });

  it.each(["", "AKIA", "AKIAIOSFODNN7EXAMPLE", "AKIA0000000000000000", "test"])(
    "%j has none",
    (text) => {
      expect(accountOfUniqueId(text)).toBeUndefined();
    },
  );
});
