import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomIds } from "../../kernel/ids.ts";
import { TokenSealer } from "./token-sealer.ts";

const sealingKey = new Uint8Array(32).fill(7);
const sealer = new TokenSealer(sealingKey, randomIds);
const KEY_ID = "ASIAQAAAAAAABCDEFGHI";

describe("a session token", () => {
  test("opens to what was sealed, with the same secret, also after a restart", () => {
    const restarted = new TokenSealer(sealingKey, randomIds);
    const property = fc.property(fc.string(), fc.nat({ max: 4096 }), (text, minimumBytes) => {
      const sealed = sealer.seal(KEY_ID, text, minimumBytes);
      expect(sealed.sessionToken.length).toBeGreaterThanOrEqual(minimumBytes);
      expect(sealed.secretAccessKey).toMatch(/^[A-Za-z0-9/+]{40}$/);
      expect(restarted.open(KEY_ID, sealed.sessionToken)).toEqual({
        text,
        secretAccessKey: sealed.secretAccessKey,
      });
    });
    fc.assert(property, { numRuns: 200 });
  });

  test("of an earlier version opens, with the secret that it was issued with", () => {
    const sessionToken =
      "Akuwb44JCQkJCQkJCQkJCQmIAqiDAoPZOqxd2/br3wVX0h1yVFM90WN+CAPkIHw2LqK2L4LkwtA7nYY=";
    expect(sealer.open(KEY_ID, sessionToken)).toEqual({
      text: "a session of before",
      secretAccessKey: "67h6VBVvyWKfolGHp06jjblVbXXg7ojtzo5cvMfn",
    });
  });

  test("doesn't open once any part of it is changed, cut or lengthened", () => {
    const token = sealer.seal(KEY_ID, "account 1 is root of everything", 0).sessionToken;
    const bytes = Buffer.from(token, "base64");
    const flipped = fc
      .record({ at: fc.nat({ max: bytes.length - 1 }), bit: fc.nat({ max: 7 }) })
      .map(({ at, bit }) => {
        const copy = Buffer.from(bytes);
        copy.writeUInt8(copy.readUInt8(at) ^ (1 << bit), at);
        return copy.toString("base64");
      });
    const cut = fc.nat({ max: token.length - 1 }).map((length) => token.slice(0, length));
    const longer = fc.string({ minLength: 1 }).map((more) => token + more);
    const property = fc.property(fc.oneof(flipped, cut, longer, fc.base64String()), (forged) => {
      expect(sealer.open(KEY_ID, forged)).toBeUndefined();
    });
    fc.assert(property, { numRuns: 1000 });
  });

  test("belongs to its access key id and to its server's sealing key alone", () => {
    const { sessionToken } = sealer.seal(KEY_ID, "x", 0);
    const stranger = new TokenSealer(new Uint8Array(32).fill(8), randomIds);
    expect(sealer.open("ASIAQAAAAAAABCDEFGHJ", sessionToken)).toBeUndefined();
    expect(stranger.open(KEY_ID, sessionToken)).toBeUndefined();
  });
});
