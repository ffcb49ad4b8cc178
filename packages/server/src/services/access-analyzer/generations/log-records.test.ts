import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { logRecords } from "./log-records.ts";

async function recordsOf(packed: Uint8Array, pieceBytes = 1_000): Promise<unknown[]> {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < packed.length; at += pieceBytes)
    pieces.push(packed.subarray(at, at + pieceBytes));
  const found: unknown[] = [];
  for await (const record of logRecords(Readable.from(pieces))) found.push(record);
  return found;
}

const RECORDS = [
  { eventName: 'a"]}\\', requestParameters: { Records: [{ n: [1, 2] }], é: "}{" } },
  {},
  { eventName: '\\"', list: [[], [{}]] },
];

test.each([1, 3, 1_000])("records are those of the whole document, in pieces of %i", async (of) => {
  const other = { before: "Records", nested: { Records: [{ no: 1 }] }, list: [{ no: 2 }] };
  const document = { ...other, Records: [1, "x", [{ no: 3 }], ...RECORDS], after: [{ no: 4 }] };
  const found = await recordsOf(gzipSync(JSON.stringify(document, null, 1)), of);
  expect(found).toEqual(RECORDS);
});

test.each([
  ["no gzip", Buffer.from('{"Records":[]}')],
  ["no list", gzipSync('{"records":[]}')],
  ["half a list", gzipSync('{"Records":[{}')],
  ["half a file", gzipSync(JSON.stringify({ Records: RECORDS })).subarray(0, 40)],
  ["more ends than beginnings", gzipSync('{"Records":[{}]}}')],
  ["a record that isn't JSON", gzipSync('{"Records":[{a}]}')],
])("%s is refused", async (_, packed) => {
  await expect(recordsOf(packed)).rejects.toThrow();
});

/** A packed file that goes on and on, made of members of a megabyte. */
async function* endless(first: string, more: string) {
  yield gzipSync(first);
  const member = gzipSync(more.repeat(1_000_000 / more.length));
  for (let count = 0; count < 1_000; count++) yield member;
  throw new Error("all of it was read");
}

test("records come while the file does", async () => {
  let records = 0;
  for await (const record of logRecords(endless('{"Records":[', "{},")))
    if (JSON.stringify(record) !== "{}" || ++records === 100_000) break;
  expect(records).toBe(100_000);
});

test.each([
  ["a record", '{"Records":[{"a":"', "a record has too many bytes"],
  ["a name", '{"', "it has too many bytes"],
])("%s without an end is read to a bound", async (_, first, reason) => {
  const reading = async () => {
    for await (const record of logRecords(endless(first, "a"))) expect(record).toBeUndefined();
  };
  await expect(reading()).rejects.toThrow(reason);
});
