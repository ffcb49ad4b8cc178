import { expect, test } from "vitest";
import { SilentPeerError, streamUnavailable } from "./peer-calls.ts";
import { PeerReach } from "./peer-reach.ts";

/** A node behind a cable; questions to it wait where the test decides. */
function cable() {
  let isCut = false;
  const waiting: (() => void)[] = [];
  const answer = async () => {
    if (isCut) throw new SilentPeerError(new Error("cut"));
    return "an answer";
  };
  const reach = new PeerReach(async () => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return answer();
  });
  return {
    call: () => reach.call(answer),
    reach,
    waiting,
    cut: () => {
      isCut = true;
    },
    mend: () => {
      isCut = false;
    },
  };
}

test("calls to a node that was silent don't wait for it, until it answers a question", async () => {
  const { call, reach, waiting, cut, mend } = cable();
  expect(await call()).toBe("an answer");
  expect(waiting).toHaveLength(0);
  cut();
  await expect(call()).rejects.toBeInstanceOf(SilentPeerError);
  mend();
  // One question is under way: calls are refused without being made.
  for (let i = 0; i < 3; i++) await expect(call()).rejects.toBeInstanceOf(SilentPeerError);
  const never = () => new Promise<never>(() => {});
  await expect(reach.call(never)).rejects.toMatchObject({ code: "StreamUnavailable", status: 503 });
  expect(waiting).toHaveLength(1);
  waiting.pop()?.();
  await expect.poll(call).toBe("an answer");
});

test("a node that refuses isn't silent", async () => {
  const { call, reach, waiting } = cable();
  const refuse = () => Promise.reject(streamUnavailable("it refuses"));
  await expect(reach.call(refuse)).rejects.toMatchObject({ code: "StreamUnavailable" });
  expect(await call()).toBe("an answer");
  expect(waiting).toHaveLength(0);
});
