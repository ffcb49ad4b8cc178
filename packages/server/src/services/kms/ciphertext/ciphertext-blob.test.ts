import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Material, open, readBlob, seal } from "./ciphertext-blob.ts";

const material = (): Material => ({
  keyId: "11111111-2222-4333-8444-555555555555",
  materialId: randomBytes(32).toString("hex"),
  bytes: randomBytes(32),
});
const MINE = material();
const text = fc.uint8Array({ minLength: 1, maxLength: 200 });
const context = fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), {
  maxKeys: 4,
});

function opened(bytes: Uint8Array, pairs: Readonly<Record<string, string>>, by = MINE) {
  const blob = readBlob(bytes);
  return blob && open(blob, pairs, by);
}

test("a blob opens with its context, in whatever order, and names key and material", () => {
  fc.assert(
    fc.property(text, context, (plain, pairs) => {
      const sealed = seal(plain, pairs, MINE);
      const reversed = Object.fromEntries(Object.entries(pairs).reverse());
      expect(opened(sealed, reversed)).toEqual(Buffer.from(plain));
      const { keyId, materialId } = MINE;
      expect(readBlob(sealed)).toMatchObject({ keyId, materialId });
    }),
  );
});

test("any flipped bit, a cut, another context or another material: nothing comes out", () => {
  fc.assert(
    fc.property(text, context, fc.nat(), fc.nat(7), (plain, pairs, at, bit) => {
      const sealed = seal(plain, pairs, MINE);
      const flipped = Buffer.from(sealed);
      const index = at % sealed.length;
      flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
      expect(opened(flipped, pairs)).toBeUndefined();
      expect(opened(sealed.subarray(0, index), pairs)).toBeUndefined();
      expect(opened(Buffer.concat([sealed, Buffer.of(0)]), pairs)).toBeUndefined();
      expect(opened(sealed, pairs, material())).toBeUndefined();
    }),
  );
  fc.assert(
    fc.property(text, context, context, (plain, pairs, others) => {
      fc.pre(JSON.stringify(sorted(pairs)) !== JSON.stringify(sorted(others)));
      expect(opened(seal(plain, pairs, MINE), others)).toBeUndefined();
    }),
  );
});

test("pairs whose texts run together the same way are different contexts", () => {
  const sealed = seal(Buffer.from("x"), { ab: "c", d: "e" }, MINE);
  for (const other of [{ a: "bc", d: "e" }, { ab: "cd", e: "" }, { ab: "c" }, { AB: "c", d: "e" }])
    expect(opened(sealed, other as unknown as Record<string, string>)).toBeUndefined();
});

test("the same text never seals to the same blob", () => {
  const plain = Buffer.from("x");
  expect(seal(plain, {}, MINE)).not.toEqual(seal(plain, {}, MINE));
});

function sorted(pairs: Readonly<Record<string, string>>) {
  return Object.entries(pairs).sort(([one], [other]) => (one < other ? -1 : 1));
}
