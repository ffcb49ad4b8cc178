import { expect, test } from "vitest";
import type { AwsClients } from "../../wire/aws-clients.ts";
import type { PolicyPlace } from "./policy-place.ts";
import { type Change, saveIn } from "./saved-change.ts";

const A = '{"Statement":[{"Sid":"A"}]}';
const B = '{"Statement":[{"Sid":"B"}]}';
const BOTH = '{"Statement":[{"Sid":"A"},{"Sid":"B"}]}';

/** A change, what is stored in its place, and what is stored after it. */
const CHANGES: readonly [Change, string | undefined, string | RegExp][] = [
  [{ before: A, edited: B, isInline: false }, JSON.stringify(JSON.parse(A), null, 2), B],
  [{ before: A, edited: B, isInline: false }, BOTH, /^Since the denial the place was changed/],
  [{ before: A, edited: B, isInline: false }, undefined, /^Since the denial/],
  [{ before: undefined, edited: B, isInline: false }, A, BOTH],
  [{ before: undefined, edited: B, isInline: false }, undefined, B],
  [{ before: undefined, edited: B, isInline: true }, undefined, B],
  [{ before: undefined, edited: B, isInline: true }, A, /^There is the place already/],
];

test.each(CHANGES)("%j over %s is %s", async (change, there, expected) => {
  let stored = there;
  const place: PolicyPlace = {
    title: "the place",
    read: async () => stored,
    write: async (_, text) => {
      stored = text;
    },
  };
  const saved = saveIn(place, {} as AwsClients, change);
  if (typeof expected !== "string") {
    await expect(saved).rejects.toThrow(expected);
    expect(stored).toBe(there);
    return;
  }
  await saved;
  expect(stored).toBe(expected);
});
