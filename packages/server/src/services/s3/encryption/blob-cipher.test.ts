import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openBlob, sealBlob, sealedEtag } from "./blob-cipher.ts";

const KEY = randomBytes(32);

test("what was sealed in pieces is opened from anywhere, and by its own key and name only", () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1 });
  fc.assert(
    fc.property(pieces, fc.nat(), (plain, at) => {
      const seal = sealBlob(KEY, "a/1");
      const sealed = Buffer.concat(plain.map((piece) => seal(piece)));
      const whole = Buffer.concat(plain);
      const from = at % whole.length;
      expect(openBlob(KEY, "a/1", from)(sealed.subarray(from))).toEqual(whole.subarray(from));
    }),
    { examples: [[[new Uint8Array(40)], 17]] },
  );
  const zeros = new Uint8Array(64);
  const sealed = sealBlob(KEY, "a/1")(zeros);
  expect(sealBlob(KEY, "a/2")(zeros)).not.toEqual(sealed);
  expect(openBlob(randomBytes(32), "a/1", 0)(sealed)).not.toEqual(Buffer.from(zeros));
  expect(sealedEtag(KEY, "a/1", "md5")).not.toBe(sealedEtag(KEY, "a/2", "md5"));
});
