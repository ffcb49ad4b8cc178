import { describe, expect, test } from "vitest";
import { parsePublishName } from "../../ingest/publish-name.ts";
import { nameOfStreamId } from "./stream-id.ts";

describe("stream ids", () => {
  test.each([
    ["sk_key", "sk_key", undefined],
    ["sk_key?priority=7", "sk_key", 7],
    ["#!::r=sk_key", "sk_key", undefined],
    ["#!::u=me,h=host,r=sk_key?priority=7,m=publish,t=stream", "sk_key", 7],
    // Not one of them: a key that begins alike.
    ["#!:r=sk_key", "#!:r=sk_key", undefined],
  ])("%s names a key", (streamId, name, priority) => {
    expect(parsePublishName(nameOfStreamId(streamId), 10)).toEqual({ name, priority });
  });

  test.each([
    ["", "the stream key is missing"],
    ["#!::", "the stream key is missing"],
    ["#!::m=publish", "the stream key is missing"],
    ["#!::r=sk_key,m=request", "only publishing is spoken here: leave m out, or m=publish"],
  ])("%s is refused", (streamId, message) => {
    expect(() => parsePublishName(nameOfStreamId(streamId), 10)).toThrow(message);
  });
});
