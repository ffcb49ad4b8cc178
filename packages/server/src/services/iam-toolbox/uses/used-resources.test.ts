import { compilePolicy, decide, PolicySet, patternFor } from "@rolecast/policy";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RESOURCES_MAX, UsedResources } from "./used-resources.ts";

const names = fc.oneof(
  { weight: 8, arbitrary: fc.nat(600).map((n) => `arn:aws:s3:::media/a/${n}.ts`) },
  { weight: 4, arbitrary: fc.nat(600).map((n) => `arn:aws:s3:::media/${n}/x*?`) },
  { weight: 2, arbitrary: fc.nat(600).map((n) => `arn:aws:s3:::bucket-${n}`) },
  { weight: 1, arbitrary: fc.constant("*") },
);
const notes = fc.array(fc.record({ resource: names, isDenied: fc.boolean() }), {
  minLength: 1,
  maxLength: 2_000,
  size: "max",
});

/** Whether a policy for the uses allows the resource. */
function covers(used: UsedResources, resource: string): boolean {
  const Resource = [...used.values()].map((use) =>
    use.isPattern ? use.resource : patternFor(use.resource, "exact"),
  );
  const text = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:*", Resource }],
  });
  const identity = new PolicySet([
    compilePolicy(text, { kind: "identity", id: "p", managed: false }),
  ]);
  const request = { action: "s3:GetObject", resource, resourceAccountId: undefined };
  const principal = { kind: "root", accountId: "1", arn: "arn:aws:iam::1:root" } as const;
  const user = { ...principal, kind: "user", id: "AIDA", userName: "u" } as const;
  return decide({ ...request, principal: user, context: new Map() }, { identity }) === "allow";
}

test("however many resources are used, a bounded number of uses stands for all of them", () => {
  fc.assert(
    fc.property(notes, (all) => {
      const used = new UsedResources();
      for (const [atMs, { resource, isDenied }] of all.entries())
        used.note(resource, isDenied, atMs + 1);
      const uses = [...used.values()];
      expect(uses.length).toBeLessThanOrEqual(RESOURCES_MAX);
      for (const { resource } of all.slice(-40)) expect(covers(used, resource)).toBe(true);
      expect(Math.max(...uses.map(({ lastMs }) => lastMs))).toBe(all.length);
      expect(Math.min(...uses.map(({ firstMs }) => firstMs))).toBe(1);
      const lastDenied = all.map(({ isDenied }) => isDenied).lastIndexOf(true) + 1;
      expect(Math.max(...uses.map(({ deniedMs }) => deniedMs))).toBe(lastDenied);
    }),
    { numRuns: 30 },
  );
});

test("few resources stay as they are, and what is written is written once", () => {
  const used = new UsedResources();
  used.note("arn:aws:s3:::media/a", false, 10);
  used.note("arn:aws:s3:::media/b", true, 20);
  expect(used.changed(0).map(({ resource }) => resource)).toEqual([
    "arn:aws:s3:::media/a",
    "arn:aws:s3:::media/b",
  ]);
  used.written(used.changed(0));
  used.note("arn:aws:s3:::media/a", false, 50);
  expect(used.changed(60)).toEqual([]);
  expect(used.changed(30)).toEqual([
    expect.objectContaining({ firstMs: 10, lastMs: 50, deniedMs: 0, isPattern: false }),
  ]);
});

test("rows of an earlier process are folded with the new uses", () => {
  const used = new UsedResources();
  for (let n = 0; n < RESOURCES_MAX; n += 1)
    used.load(`arn:aws:s3:::media/a/${n}`, false, { firstMs: n + 1, lastMs: n + 1, deniedMs: 0 });
  expect(used.changed(0)).toEqual([]);
  used.note("arn:aws:s3:::media/a/new", false, 999);
  expect(used.isFolded).toBe(true);
  expect(used.changed(0)).toEqual([
    {
      resource: "arn:aws:s3:::media/a/*",
      isPattern: true,
      ...{ firstMs: 1, lastMs: 999, deniedMs: 0, writtenMs: 0 },
    },
  ]);
});
