import { expect, test } from "vitest";
import { createServer } from "./main.ts";
import type { Platform } from "./platform.ts";
import { FREE_PORTS, onlooker } from "./testing/onlooker.ts";

const AS_ROOT = {
  principal: { kind: "root", accountId: "000000000000", arn: "arn:aws:iam::000000000000:root" },
} as const;

/** A server beside whose services is one that ends as `close` does. */
async function serverWith(close: () => Promise<void>) {
  const starts: string[] = [];
  const { create, ...service } = onlooker(() => {});
  const ending: typeof service & { create: typeof create } = {
    ...service,
    create: (needs: Platform) => ({
      ...create(needs),
      async start() {
        starts.push("start");
      },
      close,
    }),
  };
  const config = { data: "memory", allowReset: true, logLevel: "silent", ...FREE_PORTS } as const;
  const server = await createServer(config, { furtherServices: [ending] });
  return { server, starts };
}

test("a reset beside what hangs says so in time, and has removed nothing", async () => {
  let hung = 0;
  const { server, starts } = await serverWith(async () => {
    hung += 1;
    if (hung === 1) await new Promise(() => {});
  });
  const user = { UserName: "kept" };
  const call = { as: AS_ROOT, region: "us-east-1" };
  await server.invoke("iam", "CreateUser", user, call);
  const answer = await fetch(`${server.endpoint}/_rolecast/state/reset`, { method: "POST" });
  expect(answer.status).toBe(500);
  expect(await answer.text()).toContain("not everything ended in time: Onlooker.");
  expect(await server.failed).toBe("a reset failed half-way.");
  expect(await server.invoke("iam", "GetUser", user, call)).toMatchObject({ User: user });
  // What hangs would run twice.
  expect(starts).toEqual(["start"]);
  await server.close();
}, 60_000);

test("resets at once run one after another, and start each service once after it", async () => {
  const steps: string[] = [];
  const { server, starts } = await serverWith(async () => {
    steps.push(`end after ${starts.length}`);
  });
  await Promise.all([server.reset(), server.reset()]);
  expect(steps).toEqual(["end after 1", "end after 2"]);
  expect(starts).toHaveLength(3);
  await server.close();
}, 60_000);
