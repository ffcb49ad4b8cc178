import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { policyTarget } from "../scripts/fuzz/policy-target.ts";
import { signatureTarget, wireTarget } from "../scripts/fuzz/request-targets.ts";
import { fuzz } from "../scripts/fuzz/run-fuzz.ts";
import { type ServerTarget, startServerTarget } from "../scripts/fuzz/server-target.ts";

/* The beginning of what `scripts/fuzz.ts` does for longer, with the same inputs every time. */

const SEED = 1;

let server: ServerTarget;
beforeAll(async () => {
  server = await startServerTarget();
});
afterAll(() => server.close());

describe("nothing that is sent breaks anything", () => {
  test.each([
    [policyTarget, 2_000],
    [wireTarget, 2_000],
    [signatureTarget, 2_000],
  ])("$name", async (target, count) => {
    const { findings, tried } = await fuzz(target, SEED, (done) => done < count);
    expect(findings).toEqual([]);
    expect(tried).toBe(count);
  });

  test("a server's operations", async () => {
    const { findings } = await fuzz(server, SEED, (tried) => tried < 250);
    expect(findings).toEqual([]);
  });
});
