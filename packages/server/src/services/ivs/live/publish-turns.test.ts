import type { PublishDecision, PublishRequest } from "@rolecast/media";
import { expect, test } from "vitest";
import { PublishTurns, type PublishTurnsOptions } from "./publish-turns.ts";

const asked = (id: string): PublishRequest => ({
  ...{ connectionId: id, name: `key-${id}`, protocol: "rtmps", priority: undefined },
  ...{ secure: true, remoteAddress: "::1" },
});
const allowed = (id: string) =>
  ({ allow: true, streamName: `channel-${id}`, streamId: `st-${id}` }) as PublishDecision;
const left = (connectionId: string) =>
  ({ type: "publish-refused", connectionId }) as Parameters<PublishTurns["note"]>[0];

/** Encoders that come in turn, and what becomes of them. */
function world(more: Partial<PublishTurnsOptions> = {}) {
  const turns = new PublishTurns({ isLive: () => false, atOnceMax: 2, ...more });
  const decided: string[] = [];
  const come = (id: string, decision = allowed(id)) =>
    turns.decide(asked(id), async () => {
      decided.push(id);
      return decision;
    });
  return { turns, decided, come };
}

test("encoders are let in as they came, each when an earlier one's rows are written", async () => {
  const { turns, decided, come } = world();
  const ids = ["a", "b", "c", "d", "e"];
  const all = ids.map((id) => come(id));
  await Promise.all(all.slice(0, 2));
  expect(decided).toEqual(["a", "b"]);
  let written: () => void = () => {};
  turns.began("st-b", new Promise<void>((resolve) => (written = resolve)));
  expect(decided).toEqual(["a", "b"]);
  written();
  await all[2];
  expect(decided).toEqual(["a", "b", "c"]);
  // Rows that couldn't be written hold nobody up.
  turns.began("st-a", Promise.reject(new Error("the channel has gone")));
  turns.began("st-c", Promise.resolve());
  expect((await Promise.all(all)).map(({ allow }) => allow)).toEqual(ids.map(() => true));
});

test("those that begin no stream, and those that leave, hold no turn", async () => {
  const refused = { allow: false, reason: "the stream key is wrong" } as const;
  const { turns, decided, come } = world({ isLive: (name) => name === "channel-live" });
  await come("wrong", refused);
  await come("live");
  await expect(turns.decide(asked("x"), () => Promise.reject(new Error("no")))).rejects.toThrow();
  await Promise.all([come("a"), come("b")]);
  const [c, d, e] = [come("c"), come("d"), come("e")];
  turns.note(left("c"));
  expect(await c).toEqual({ allow: false, reason: "the encoder has left" });
  // One that was let in has gone before its stream began.
  turns.note(left("a"));
  await d;
  turns.note(left("a"));
  turns.began("st-b", Promise.resolve());
  await e;
  expect(decided).toEqual(["wrong", "live", "a", "b", "d", "e"]);
});

test("an encoder is refused after it has waited for so long, or where too many wait", async () => {
  const { turns, decided, come } = world({ patienceMs: 10, bytesMax: 5_000 });
  await Promise.all([come("a"), come("b")]);
  const refusals = await Promise.all(["c", "d", "e"].map((id) => come(id)));
  for (const refusal of refusals)
    expect(refusal).toMatchObject({ allow: false, reason: expect.stringContaining("again in") });
  // They left the queue as it was before.
  const next = come("f");
  turns.began("st-a", Promise.resolve());
  expect(await next).toMatchObject({ allow: true });
  expect(decided).toEqual(["a", "b", "f"]);
});
