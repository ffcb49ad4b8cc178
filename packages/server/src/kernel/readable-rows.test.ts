import { expect, test } from "vitest";
import type { Log } from "./ports/log.ts";
import { ReadableRows } from "./readable-rows.ts";
import { StoreUnavailableError } from "./store.ts";

interface Row {
  readonly key: string;
  readonly text: string;
}
const ROWS: readonly Row[] = [
  { key: "first", text: '{"a":1}' },
  { key: "torn", text: '{"a' },
  { key: "last", text: '{"a":2}' },
];
const keyOf = ({ key }: Row) => key;

function readable() {
  const named: object[] = [];
  const log = { error: (fields: object) => void named.push(fields) } as unknown as Log;
  return { named, rows: new ReadableRows("studio", log) };
}

test("a row that can't be read is left out, and named once", () => {
  const { named, rows } = readable();
  for (let round = 0; round < 3; round++)
    expect(rows.of("take", ROWS, keyOf, ({ text }) => JSON.parse(text))).toEqual([
      { a: 1 },
      { a: 2 },
    ]);
  expect(named).toEqual([{ service: "studio", type: "take", key: "torn", error: "SyntaxError" }]);
});

test("the rows after one that can't be read are worked on", async () => {
  const { named, rows } = readable();
  const done: string[] = [];
  await rows.each("take", ROWS, keyOf, async ({ key, text }) => {
    JSON.parse(text);
    done.push(key);
  });
  expect(done).toEqual(["first", "last"]);
  expect(named).toHaveLength(1);
});

test("a database that fails ends the work", async () => {
  const { named, rows } = readable();
  const work = async () => Promise.reject(new StoreUnavailableError("away"));
  await expect(rows.each("take", ROWS, keyOf, work)).rejects.toThrow(StoreUnavailableError);
  expect(named).toEqual([]);
});
