import { expect, test } from "vitest";
import { PesReader } from "./pes-reader.ts";

test("packets that are nearly all stuffing count as what they keep", () => {
  const reader = new PesReader(100_000, () => {});
  reader.push(Buffer.of(0, 0, 1, 0xe0, 0, 0, 0x80, 0), true, true);
  const fill = () => {
    for (let packet = 0; packet < 1_000; packet += 1) reader.push(Buffer.of(0), false, true);
  };
  expect(fill).toThrow("larger than 100000 bytes");
});
