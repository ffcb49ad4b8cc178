import { expect, test, vi } from "vitest";
import { AwsError } from "../aws-error.ts";
import type { Invoke } from "../invoke.ts";
import { BucketWriter, type BucketWriterOptions, ObjectLeftError } from "./bucket-writer.ts";

function writerWith(options: Pick<BucketWriterOptions, "invoke"> & Partial<BucketWriterOptions>) {
  return new BucketWriter({
    bucketName: "recordings",
    accountId: "000000000000",
    region: "us-east-1",
    session: { caller: async () => ({ principal: { kind: "anonymous" } }), forget() {} },
    patienceMs: 0,
    retryDelaysMs: [0, 0],
    log: { debug() {}, info() {}, warn() {}, error() {} },
    stopping: new AbortController().signal,
    ...options,
  });
}

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
    const log = { debug() {}, info() {}, warn, error() {} };
    const writer = writerWith({ invoke, patienceMs: 600_000, log });
    await writer.put("media/hls/720p30/0.ts", "media", "video/mp2t");
    expect(attempts).toBe(failures + 1);
    expect(warn).toHaveBeenCalledTimes(warned);
  },
);

const DOWN = new AwsError("SlowDown", "The store is away", { status: 503 });
const DENIED = new AwsError("AccessDenied", "Denied", { status: 403 });
test.each([
  ["the server stops and S3 fails", DOWN, { stopping: AbortSignal.abort() }, true],
  ["there is no more patience at a start", DOWN, { leavesLate: true, retryDelaysMs: [1] }, true],
  ["a live recording has no more patience", DOWN, { retryDelaysMs: [1] }, false],
  ["the put is refused", DENIED, { stopping: AbortSignal.abort(), leavesLate: true }, false],
])("when %s, an object is given up or left for later", async (_when, error, options, isLeft) => {
  const invoke = (() => Promise.reject(error)) as unknown as Invoke;
  const put = writerWith({ invoke, ...options }).put("0.ts", "media", "video/mp2t");
  const rejected = await put.catch((reason: unknown) => reason);
  if (isLeft) expect(rejected).toBeInstanceOf(ObjectLeftError);
  else expect(rejected).toBe(error);
});
