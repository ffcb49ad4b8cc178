import { afterEach, expect, test } from "vitest";
import { Metrics } from "./metrics.ts";

let metrics: Metrics;
afterEach(() => metrics.close());

/** The samples of one metric, `{labels} value`. */
async function samples(name: string): Promise<string[]> {
  const lines = (await metrics.text()).split("\n");
  return lines.filter((line) => line.startsWith(`${name}{`)).map((line) => line.slice(name.length));
}

test("requests are counted by service, operation and code", async () => {
  metrics = new Metrics(async () => ({}));
  const request = { service: "s3", operation: "GetObject", durationMs: 1 };
  metrics.noteRequest({ ...request, errorCode: undefined });
  metrics.noteRequest({ ...request, errorCode: undefined });
  metrics.noteRequest({ ...request, errorCode: "NoSuchKey" });
  expect(await samples("rolecast_requests_total")).toEqual([
    '{service="s3",operation="GetObject",code=""} 2',
    '{service="s3",operation="GetObject",code="NoSuchKey"} 1',
  ]);
});

test("each duration is in the buckets that are at least as long", async () => {
  metrics = new Metrics(async () => ({}));
  const limitsMs = [1, 5, 25, 100, 500, 2_500, 10_000];
  const request = { service: "s3", operation: "GetObject", errorCode: undefined };
  for (const limitMs of limitsMs)
    for (const durationMs of [limitMs, limitMs * 1.001])
      metrics.noteRequest({ ...request, durationMs });
  const name = "rolecast_request_duration_seconds_bucket";
  expect(await samples(name)).toEqual([
    ...limitsMs.map((ms, index) => `{le="${ms / 1_000}",service="s3"} ${2 * index + 1}`),
    `{le="+Inf",service="s3"} ${2 * limitsMs.length}`,
  ]);
});

test("numbers of services' facts are shown as they are when they are asked for", async () => {
  const facts = { s3: { objects: 1, name: "x", isFull: true }, iam: null, sts: 2, ivs: {} };
  metrics = new Metrics(async () => facts);
  expect(await samples("rolecast_fact")).toEqual(['{service="s3",name="objects"} 1']);
  facts.s3.objects = 2;
  expect(await samples("rolecast_fact")).toEqual(['{service="s3",name="objects"} 2']);
});

test("numbers further in have the names of all that they are in", async () => {
  const objectStore = { place: "x", requests: 3, cache: { hits: 4 } };
  metrics = new Metrics(async () => ({ s3: { objectStore, counts: [5], objects: 6 } }));
  expect(await samples("rolecast_fact")).toEqual([
    '{service="s3",name="objectStore.requests"} 3',
    '{service="s3",name="objectStore.cache.hits"} 4',
    '{service="s3",name="objects"} 6',
  ]);
});
