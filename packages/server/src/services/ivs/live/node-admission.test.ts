import type { MediaEvent } from "@rolecast/media";
import fc from "fast-check";
import { expect, test } from "vitest";
import { NodeAdmission } from "./node-admission.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function event(type: string, streamId: string): MediaEvent {
  return { type, streamId, streamName: streamId, atMs: 0 } as unknown as MediaEvent;
}

test("ports are open exactly while there is room, whatever begins and ends", async () => {
  const change = fc.record({ begins: fc.boolean(), stream: fc.integer({ min: 0, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(change), fc.integer({ min: 1, max: 4 }), async (changes, max) => {
      let isOpen = true;
      let failures = 1;
      const engine = () => ({
        admitPublishers: async (open: boolean) => {
          await Promise.resolve();
          if (open && failures-- > 0) throw new Error("the port is taken");
          isOpen = open;
        },
      });
      const admission = new NodeAdmission({ streamsMax: max, engine, log: silent });
      admission.start();
      const live = new Set<string>();
      for (const { begins, stream } of changes) {
        const id = String(stream);
        if (begins) live.add(id);
        else live.delete(id);
        admission.note(event(begins ? "session-created" : "session-ended", id));
        expect(admission.refusal === undefined).toBe(live.size < max);
      }
      failures = 0;
      // A port that is taken is tried again in a second, or with the next change.
      admission.note(event("session-ended", "another"));
      await expect.poll(() => isOpen).toBe(live.size < max);
      const drained = admission.drain();
      await expect.poll(() => isOpen).toBe(false);
      for (const id of live) admission.note(event("session-ended", id));
      await drained;
      expect(isOpen).toBe(false);
      await admission.close();
    }),
    { numRuns: 30 },
  );
});
