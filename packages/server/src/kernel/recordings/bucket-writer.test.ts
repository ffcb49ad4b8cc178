import { expect, test, vi } from "vitest";
import { AwsError } from "../aws-error.ts";
import type { Invoke } from "../invoke.ts";
import { BucketWriter } from "./bucket-writer.ts";

test.each([
  ["a moment", 1, 0],
  ["half a minute", 9, 1],
])(
  "S3 that fails for %s loses nothing, and the log warns of it once if it lasts",
  async (_time, failures, warned) => {
    let attempts = 0;
    const invoke = (async () => {
      attempts += 1;
      if (attempts <= failures)
        throw new AwsError("InternalError", "No space left", { status: 500 });
    }) as unknown as Invoke;
    const warn = vi.fn();
    const writer = new BucketWriter({
      bucketName: "recordings",
      accountId: "000000000000",
      region: "us-east-1",
      session: { caller: async () => ({ principal: { kind: "anonymous" } }), forget() {} },
      invoke,
      patienceMs: 600_000,
      retryDelaysMs: [0, 0],
      log: { debug() {}, info() {}, warn, error() {} },
      stopping: new AbortController().signal,
    });
    await writer.put("media/hls/720p30/0.ts", "media", "video/mp2t");
    expect(attempts).toBe(failures + 1);
    expect(warn).toHaveBeenCalledTimes(warned);
  },
);
