import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MacKey } from "./mac-key.ts";

const HASHES = ["sha256", "sha512"] as const;

test("a key's HMACs are node's, whatever came before", () => {
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 200 }), { maxLength: 5 });
  const keys = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(fc.constantFrom(...HASHES), keys, texts, (name, bytes, given) => {
      const key = new MacKey(name, bytes);
      for (const text of given) {
        const expected = createHmac(name, bytes).update(text).digest();
        expect(key.digest(text, "hex")).toBe(expected.toString("hex"));
        expect(key.digest(text, "latin1")).toBe(expected.toString("latin1"));
        expect(key.verifies(text, expected.toString("hex"))).toBe(true);
      }
    }),
  );
});

test.each(HASHES)("of a %s, no other text is taken for it", (name) => {
  const key = new MacKey(name, Buffer.from("key"));
  const right = key.digest("text", "hex");
  const wrong = [right.slice(2), `${right}00`, right.toUpperCase(), right.replace(/.$/, "x"), ""];
  expect(wrong.filter((given) => key.verifies("text", given))).toEqual([]);
  expect(key.verifies("text ", right)).toBe(false);
  expect(key.verifies("text", right)).toBe(true);
});
