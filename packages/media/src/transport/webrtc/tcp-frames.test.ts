import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameReader, writeFrame } from "./tcp-frames.ts";

test("datagrams come out of a connection as they went in, however it is cut", () => {
  const datagrams = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
  fc.assert(
    fc.property(
      datagrams,
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (sent, cuts) => {
        const buffers = sent.map((bytes) => Buffer.from(bytes));
        const bytes = Buffer.concat(buffers.map(writeFrame));
        const reader = new FrameReader();
        const read: Buffer[] = [];
        let at = 0;
        for (let index = 0; at < bytes.length; index += 1) {
          const end = at + (cuts[index % cuts.length] ?? 1);
          read.push(...reader.read(bytes.subarray(at, end)));
          at = end;
        }
        expect(read).toEqual(buffers);
        expect(reader.isBroken).toBe(false);
      },
    ),
  );
});

test("a length that nothing has ends the reading", () => {
  const reader = new FrameReader();
  expect(reader.read(Buffer.concat([writeFrame(Buffer.of(1)), Buffer.of(0xff, 0xff, 1)]))).toEqual([
    Buffer.of(1),
  ]);
  expect(reader.isBroken).toBe(true);
  expect(reader.read(writeFrame(Buffer.of(2)))).toEqual([]);
});
