import { expect, test } from "vitest";
import { crc32Mpeg } from "../container/mpegts/crc32.ts";
import { spliceInsert, spliceNow } from "./splice-insert.ts";

test("a break is the section that a packager in the field wrote for it", () => {
  const section = spliceInsert({ eventId: 999, ptsTicks: 0x11fb9e, durationTicks: 30 * 90_000 });
  expect(section.toString("hex")).toBe(
    "fc302500000000000000fff01405000003e77feffe0011fb9efe002932e00001010100004d192a59",
  );
});

test("times are of 33 bits and wrap", () => {
  const at = (ptsTicks: number) => spliceInsert({ eventId: 1, ptsTicks, durationTicks: 90_000 });
  expect(at(2 ** 32 + 5).subarray(20, 25)).toEqual(Buffer.from([0xff, 0, 0, 0, 5]));
  expect(at(2 ** 33 + 5)).toEqual(at(5));
  expect(crc32Mpeg(at(2 ** 32 + 5))).toBe(0);
});

test("in a recording it is the section that players of such recordings know", () => {
  const at = { eventId: 0xf8e7aefc, durationTicks: 20 * 90_000 };
  const hex = (isOut: boolean) =>
    spliceNow({ ...at, isOut })
      .toString("hex")
      .toUpperCase();
  expect(hex(true)).toBe("FC302000000000000000FFF00F05F8E7AEFC7FFFFE001B7740000000000000340CFD88");
  expect(hex(false)).toBe("FC302000000000000000FFF00F05F8E7AEFC7F7FFE001B7740000000000000C23E5851");
});
