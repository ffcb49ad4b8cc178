import fc from "fast-check";
import { expect, test } from "vitest";
import { BitReader } from "./bit-reader.ts";
import { BitWriter } from "./bit-writer.ts";
import { withoutEmulationPrevention } from "./raw-payload.ts";

test("a NAL unit contains no start code, and its payload is what was written", () => {
  const bytes = fc.uint8Array({ max: 4, maxLength: 300 });
  fc.assert(
    fc.property(bytes, bytes, (first, second) => {
      const writer = new BitWriter().raw(Buffer.from(first));
      for (const byte of second) writer.bits(byte, 8);
      const unit = writer.nalUnit();
      expect(unit.toString("hex")).not.toMatch(/^(?:..)*?0000(?:00|01|02)/);
      const payload = Buffer.from(withoutEmulationPrevention(unit));
      expect(payload).toEqual(Buffer.concat([first, second, Buffer.of(0x80)]));
    }),
  );
});

test("codes of any size are read again", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 2 ** 20 }), { maxLength: 40 }), (values) => {
      const unit = new BitWriter().unsigned(...values).nalUnit();
      const reader = new BitReader(withoutEmulationPrevention(unit));
      expect(values.map(() => reader.unsigned())).toEqual(values);
    }),
  );
});
