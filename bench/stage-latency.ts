/**
 * Stages in browsers, with Amazon's Web Broadcast SDK as it is on npm: `npx tsx
 * bench/stage-latency.ts`, after `npm run build`. Needs Debian's chromium-headless-shell.
 *
 * Glass to glass: a page publishes a picture that shows the wall clock, 640x360 at 30 frames a
 * second; another page of the same browser reads it from each frame that it is given to show. The
 * server is the built command, in a process of its own. Likewise by a channel: published by WHIP,
 * watched by WHEP. Beside it, in the same run, the same pages
 * connected to each other without a server: what encoding, decoding and the jitter buffer take.
 * Join to first frame: pages join one after the other, from the SDK's `join()` to the first frame
 * of one who publishes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateChannelCommand, GetStreamCommand } from "@aws-sdk/client-ivs";
import type { Page } from "playwright-core";
import { realTimeOf } from "../test/contract/ivs-realtime/support.ts";
import { openBroadcastPage } from "../test/support/broadcast-page.ts";
import { startServerProcess } from "../test/support/server-process.ts";
import { until } from "../test/support/until.ts";
import { webBroadcastSdk } from "../test/support/web-broadcast-sdk.ts";
import { percentile, verdict } from "./media-ingest/figures.ts";
import { Recorder } from "./recording/recorder.ts";
import { clockPage } from "./stage-latency/clock-page.ts";

const SETTLE_MS = 5_000;
const MEASURED_MS = 20_000;
const JOINS = 7;
const GLASS_LIMIT_MS = 250;
const FIRST_FRAME_LIMIT_MS = 1_500;
/** Two pages without a network between them. */
const LOOPBACK = [
  "--allow-loopback-in-peer-connection",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

interface Seen {
  readonly firstMs: number | undefined;
  readonly delaysMs: readonly number[];
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const record = await Recorder.begin("stage-latency");
const data = mkdtempSync(join(tmpdir(), "rolecast-bench-stage-"));
const server = await startServerProcess(["--data", data]);
const realTime = realTimeOf(server);
/** The compiler that runs this file names functions by a helper of its own. */
const NAMES = "const __name = (named) => named;";
const script = `${await webBroadcastSdk()}\n;${NAMES}(${clockPage})();`;
const first = await openBroadcastPage(script, LOOPBACK);

const call = <Result>(page: Page, name: string, ...args: readonly unknown[]): Promise<Result> =>
  page.evaluate(`${name}(...${JSON.stringify(args)})`);

async function newPage(): Promise<Page> {
  const page = await first.page.context().browser()?.newPage();
  if (!page) throw new Error("the browser is closed");
  await page.goto(first.page.url());
  return page;
}

async function tokenOf(stageArn: string): Promise<string> {
  const { participantToken } = await realTime.createParticipantToken({ stageArn });
  return participantToken?.token ?? "";
}

function firstFrame(page: Page): Promise<number> {
  return until(async () => (await call<Seen>(page, "seen")).firstMs, "a first frame");
}

async function delaysOn(page: Page): Promise<readonly number[]> {
  await firstFrame(page);
  await pause(SETTLE_MS);
  await call(page, "seen");
  await pause(MEASURED_MS);
  return (await call<Seen>(page, "seen")).delaysMs;
}

async function direct(): Promise<readonly number[]> {
  const [publisher, viewer] = [await newPage(), await newPage()];
  const answer = await call<string>(viewer, "answer", await call<string>(publisher, "offer"));
  await call(publisher, "accept", answer);
  const delays = await delaysOn(viewer);
  await Promise.all([publisher.close(), viewer.close()]);
  return delays;
}

/** The answer to a WebRTC page's offer. */
async function negotiate(path: string, body: string, bearer?: string): Promise<string> {
  const authorization = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const headers = { "content-type": "application/sdp", ...authorization };
  const answer = await fetch(new URL(path, server.endpoint), { method: "POST", headers, body });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
}

async function byChannel(): Promise<readonly number[]> {
  const made = await server.root.ivs.send(new CreateChannelCommand({ type: "BASIC" }));
  const { channel, streamKey } = made;
  const [publisher, viewer] = [await newPage(), await newPage()];
  const offered = await call<string>(publisher, "offer");
  await call(publisher, "accept", await negotiate("/whip", offered, streamKey?.value));
  const get = new GetStreamCommand({ channelArn: channel?.arn });
  await until(() => server.root.ivs.send(get).catch(() => undefined), "a live stream");
  const name = /([^/]+)\.m3u8$/.exec(channel?.playbackUrl ?? "")?.[1];
  const wanted = await call<string>(viewer, "offerToWatch");
  await call(viewer, "accept", await negotiate(`/whep/${name}`, wanted));
  const delays = await delaysOn(viewer);
  await Promise.all([publisher.close(), viewer.close()]);
  return delays;
}

function report(name: string, delays: readonly number[], more = ""): void {
  const [p50, p95] = [0.5, 0.95].map((share) => percentile(delays, share).toFixed(0));
  console.log(`${name}: ${delays.length} frames, median ${p50} ms, p95 ${p95} ms${more}`);
}

try {
  const { stage } = await realTime.createStage({});
  const stageArn = stage?.arn ?? "";
  const publisher = await newPage();
  await call(publisher, "joinClock", await tokenOf(stageArn), true);
  const firsts: number[] = [];
  for (let count = 0; count < JOINS; count += 1) {
    const viewer = await newPage();
    await call(viewer, "joinClock", await tokenOf(stageArn), false);
    firsts.push(await firstFrame(viewer));
    await call(viewer, "leave");
    await viewer.close();
  }
  const [half, worst] = [percentile(firsts, 0.5), Math.max(...firsts)];
  const isSoon = worst <= FIRST_FRAME_LIMIT_MS;
  const joins = `join to first frame, ${JOINS} joins: median ${half.toFixed(0)} ms`;
  const each = firsts.map((ms) => ms.toFixed(0)).join(", ");
  const slowest = `worst ${worst.toFixed(0)} ms of ${each} (limit ${FIRST_FRAME_LIMIT_MS})`;
  console.log(`${joins}, ${slowest}: ${verdict(isSoon)}`);

  const viewer = await newPage();
  await call(viewer, "joinClock", await tokenOf(stageArn), false);
  const ours = await delaysOn(viewer);
  await Promise.all([viewer.close(), publisher.close()]);
  const whep = await byChannel();
  const without = await direct();
  const isClose = percentile(ours, 0.5) <= GLASS_LIMIT_MS;
  report("glass to glass by a stage", ours, ` (limit ${GLASS_LIMIT_MS}): ${verdict(isClose)}`);
  report("glass to glass by WHIP and WHEP", whep);
  report("glass to glass without a server", without);
  const beside = { name: "the pages without a server", value: percentile(without, 0.5) };
  record.add({ name: "stage", value: percentile(ours, 0.5), unit: "ms", beside });
  record.add({ name: "WHEP", value: percentile(whep, 0.5), unit: "ms", beside });
  record.add({ name: "join to first frame", value: half, unit: "ms" });
  const added = percentile(ours, 0.5) - percentile(without, 0.5);
  console.log(`the stage adds ${added.toFixed(0)} ms to the median`);
  process.exitCode = isSoon && isClose ? 0 : 1;
} finally {
  await first.close();
  await server.stop();
  rmSync(data, { recursive: true, force: true });
}
await record.write();
