import { parseArgs } from "node:util";
import { browserTarget } from "./fuzz/browser-target.ts";
import { changedFormTarget, changedSignatureTarget } from "./fuzz/changed-signature-target.ts";
import { contentTypeTarget } from "./fuzz/content-type-target.ts";
import { arnTarget, eventTarget, outgoingTarget } from "./fuzz/event-targets.ts";
import { forwardTarget, oggTarget } from "./fuzz/forward-target.ts";
import { startIngestTarget } from "./fuzz/ingest-target.ts";
import {
  aacTarget,
  amf0Target,
  avcTarget,
  chunkTarget,
  flvTarget,
  hevcTarget,
} from "./fuzz/media-targets.ts";
import { multitrackTarget } from "./fuzz/multitrack-target.ts";
import { policyTarget } from "./fuzz/policy-target.ts";
import { signatureTarget, wireTarget } from "./fuzz/request-targets.ts";
import { fuzz } from "./fuzz/run-fuzz.ts";
import { segmentTarget } from "./fuzz/segment-target.ts";
import { startServerTarget } from "./fuzz/server-target.ts";
import { srtSessionTarget, srtStrangersTarget } from "./fuzz/srt-session-target.ts";
import { srtTarget, tsTarget } from "./fuzz/srt-target.ts";
import { templateTarget } from "./fuzz/template-target.ts";
import { dtlsTarget, rtcpTarget, rtpTarget, sdpTarget, stunTarget } from "./fuzz/webrtc-target.ts";

/*
 * Fuzzes policy text, templates, requests on the wire, signatures, what encoders send, a media
 * engine and a whole server, in turn.
 *
 *   npx tsx scripts/fuzz.ts --seconds 600 --seed 1
 *   npx tsx scripts/fuzz.ts --seconds 600 --only H.264
 *
 * A finding prints the seed of its one input: --seed N --seconds 1 shows it again at once.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    /** Targets with this in their name. */
    only: { type: "string", default: "" },
  },
});
const firstSeed = Number(values.seed);
const server = await startServerTarget();
const ingest = await startIngestTarget();
const codecs = [avcTarget, hevcTarget, aacTarget];
const rtmp = [chunkTarget, amf0Target, flvTarget, segmentTarget, multitrackTarget, ingest];
const srt = [srtTarget, srtSessionTarget, srtStrangersTarget, tsTarget];
const forwarding = [forwardTarget, oggTarget];
const webrtc = [stunTarget, dtlsTarget, rtpTarget, rtcpTarget, sdpTarget, ...forwarding];
const signatures = [signatureTarget, changedSignatureTarget, changedFormTarget];
const events = [arnTarget, eventTarget, outgoingTarget];
const requests = [wireTarget, ...signatures, contentTypeTarget, browserTarget];
const texts = [policyTarget, templateTarget];
const all = [...texts, ...requests, ...events, ...codecs, ...rtmp, ...srt, ...webrtc, server];
const targets = all.filter(({ name }) => name.includes(values.only));
const shareMs = (Number(values.seconds) * 1000) / targets.length;
let found = 0;
for (const target of targets) {
  const endsMs = performance.now() + shareMs;
  const report = await fuzz(target, firstSeed, () => performance.now() < endsMs);
  console.log(
    `${target.name}: ${report.tried} inputs, ${report.findings.length} findings, slowest ${report.slowestMs.toFixed(0)} ms`,
  );
  console.log(`  slowest: ${JSON.stringify(report.slowest).slice(0, 300)}`);
  for (const { seed, input, error } of report.findings)
    console.log(`  seed ${seed}: ${String(error)}\n    ${JSON.stringify(input).slice(0, 600)}`);
  found += report.findings.length;
}
await Promise.all([server.close(), ingest.close()]);
process.exitCode = found === 0 ? 0 : 1;
