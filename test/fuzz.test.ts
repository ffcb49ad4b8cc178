import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserTarget } from "../scripts/fuzz/browser-target.ts";
import {
  changedFormTarget,
  changedSignatureTarget,
} from "../scripts/fuzz/changed-signature-target.ts";
import { contentTypeTarget } from "../scripts/fuzz/content-type-target.ts";
import { arnTarget, eventTarget, outgoingTarget } from "../scripts/fuzz/event-targets.ts";
import { forwardTarget, oggTarget } from "../scripts/fuzz/forward-target.ts";
import { type IngestTarget, startIngestTarget } from "../scripts/fuzz/ingest-target.ts";
import {
  aacTarget,
  amf0Target,
  avcTarget,
  chunkTarget,
  flvTarget,
  hevcTarget,
} from "../scripts/fuzz/media-targets.ts";
import { multitrackTarget } from "../scripts/fuzz/multitrack-target.ts";
import { policyTarget } from "../scripts/fuzz/policy-target.ts";
import { signatureTarget, wireTarget } from "../scripts/fuzz/request-targets.ts";
import { fuzz } from "../scripts/fuzz/run-fuzz.ts";
import { segmentTarget } from "../scripts/fuzz/segment-target.ts";
import { type ServerTarget, startServerTarget } from "../scripts/fuzz/server-target.ts";
import { srtSessionTarget, srtStrangersTarget } from "../scripts/fuzz/srt-session-target.ts";
import { srtTarget, tsTarget } from "../scripts/fuzz/srt-target.ts";
import { templateTarget } from "../scripts/fuzz/template-target.ts";
import {
  dtlsTarget,
  rtcpTarget,
  rtpTarget,
  sdpTarget,
  stunTarget,
} from "../scripts/fuzz/webrtc-target.ts";

/* The beginning of what `scripts/fuzz.ts` does for longer, with the same inputs every time. */

const SEED = 1;

let server: ServerTarget;
let ingest: IngestTarget;
beforeAll(async () => {
  [server, ingest] = await Promise.all([startServerTarget(), startIngestTarget()]);
});
afterAll(() => Promise.all([server.close(), ingest.close()]));

describe("nothing that is sent breaks anything", () => {
  test.each([
    [policyTarget, 1_000],
    [templateTarget, 1_000],
    [wireTarget, 1_000],
    [signatureTarget, 1_000],
    [changedSignatureTarget, 3_000],
    [changedFormTarget, 1_000],
    [contentTypeTarget, 10_000],
    [browserTarget, 10_000],
    [arnTarget, 10_000],
    [eventTarget, 1_000],
    [outgoingTarget, 10_000],
    [chunkTarget, 100],
    [amf0Target, 1_000],
    [avcTarget, 1_000],
    [hevcTarget, 1_000],
    [aacTarget, 1_000],
    [flvTarget, 100],
    [segmentTarget, 100],
    [multitrackTarget, 100],
    [srtTarget, 250],
    [srtSessionTarget, 100],
    [srtStrangersTarget, 100],
    [tsTarget, 100],
    [stunTarget, 3_000],
    [dtlsTarget, 100],
    [rtpTarget, 500],
    [rtcpTarget, 3_000],
    [sdpTarget, 300],
    [forwardTarget, 100],
    [oggTarget, 1_000],
  ])("$name", async (target, count) => {
    const { findings, tried } = await fuzz(target, SEED, (done) => done < count);
    expect(findings).toEqual([]);
    expect(tried).toBe(count);
  });

  test("broken publishers beside a good one", async () => {
    const { findings } = await fuzz(ingest, SEED, (tried) => tried < 20);
    expect(findings).toEqual([]);
  });

  test("a server's operations", async () => {
    const { findings } = await fuzz(server, SEED, (tried) => tried < 250);
    expect(findings).toEqual([]);
  });
});
