import type { ForwardingEvent, MediaEngine, MediaHost } from "@rolecast/media";
import { createMediaEngine } from "@rolecast/media";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Feed, ProtocolForwarding } from "../../../packages/media/src/ingest/protocol.ts";
import { testCertificate } from "../../../packages/media/src/testing/test-certificate.ts";
import { hasCamera } from "../../support/broadcast-page.ts";
import { type CallPage, openCallPage, type Received } from "../../support/call-page.ts";
import { until } from "../../support/until.ts";

const ALL: Feed["takes"] = new Set(["h264", "aac", "opus"]);
const refuses = async (): Promise<never> => {
  throw new Error("no channel is published to");
};

/** A forwarding engine that remembers its events. */
class Calls implements MediaHost {
  readonly events: ForwardingEvent[] = [];
  readonly engine: MediaEngine;

  constructor(workers: number) {
    const ports = { webrtc: { port: 0 } };
    const options = { host: "127.0.0.1", ports, path: "app", tls: testCertificate, workers };
    this.engine = createMediaEngine({ ...options, ffmpeg: "ffmpeg" }, this);
  }

  authorizePublish = refuses;
  startRecording = refuses;
  putRecordingObject = refuses;
  event = (): void => {};

  forwarded(event: ForwardingEvent): void {
    this.events.push(event);
  }

  async heard(type: ForwardingEvent["type"], session: string): Promise<ForwardingEvent> {
    const find = () =>
      this.events.find((event) => event.type === type && event.session === session);
    await until(find, `${type} of a session`);
    const found = find();
    if (found === undefined) throw new Error("it was there");
    return found;
  }
}

/** A sink that remembers what it was given. */
class Units implements Feed {
  readonly takes: Feed["takes"];
  readonly codecs = new Set<string>();
  readonly count = { keyframes: 0, pictures: 0, sounds: 0 };
  ended: string | undefined;
  /** By track: each goes on in time. */
  readonly #last = [0, 0];

  constructor(takes: Feed["takes"]) {
    this.takes = takes;
  }

  configure(tracks: Parameters<Feed["configure"]>[0]): void {
    for (const { codec } of tracks) this.codecs.add(codec);
  }

  write({ track, dts, key }: Parameters<Feed["write"]>[0]): void {
    if (track === 0 && key) this.count.keyframes += 1;
    if (track === 0) this.count.pictures += 1;
    else this.count.sounds += 1;
    expect(dts).toBeGreaterThanOrEqual(this.#last[track] ?? 0);
    this.#last[track] = dts;
  }

  end(message: string): void {
    this.ended = message;
  }
}

const from = { group: "call", remoteAddress: "127.0.0.1" };

describe.skipIf(!hasCamera).each([0, 1])("a call among pages, with %i workers", (workers) => {
  const calls = new Calls(workers);
  const { forwarding } = calls.engine;
  let page: CallPage;
  beforeAll(async () => {
    [page] = await Promise.all([openCallPage(), calls.engine.start()]);
  });
  afterAll(async () => {
    await page.close();
    await calls.engine.close();
  });

  async function publish(publication: string, layers: readonly string[], replaces = false) {
    let session = "";
    await page.publish(async (description) => {
      const offer = { ...from, publication, description, replaces };
      const answer = await forwarding.openPublication(offer);
      session = answer.session;
      return answer;
    }, layers);
    await calls.heard("publication-connected", session);
    return session;
  }

  async function subscribe(publication: string) {
    let session = "";
    const index = await page.subscribe(async (description) => {
      const answer = await forwarding.openSubscription({ ...from, publication, description });
      session = answer.session;
      expect(answer.mids).toEqual({ audio: "0", video: "1" });
      return answer;
    });
    const sees = async (is: (received: Received) => boolean, what: string) => {
      await until(async () => is(await page.received(index)), what);
    };
    return { session, index, sees };
  }

  it("is seen and heard, by layers, over a change of publisher, to its end", async () => {
    const publisher = await publish("ann", ["low", "mid", "hi"]);
    const subscriber = await subscribe("ann");
    const sinks = workers > 0 ? [] : [new Units(new Set(["h264", "aac"])), new Units(ALL)];
    for (const sink of sinks)
      (forwarding as ProtocolForwarding).tap({ group: "call", publication: "ann" }, sink);
    await subscriber.sees(({ frames }) => frames > 5, "pictures");
    await subscriber.sees(({ audioPackets }) => audioPackets > 20, "sound");
    const layers = async () => (await forwarding.groupStatus("call")).publications[0]?.layers ?? [];
    await until(
      async () => (await layers()).filter(({ width }) => width > 0).length === 3,
      "layers",
    );
    expect((await layers()).map(({ layer }) => layer)).toEqual(["low", "mid", "hi"]);
    for (const layer of ["hi", "low"]) {
      const { width } = (await layers()).find((known) => known.layer === layer) ?? {};
      expect(await forwarding.steerSubscription("call", subscriber.session, { layer })).toBe(true);
      await subscriber.sees((received) => received.width === width, `the layer ${layer}`);
    }
    expect(await forwarding.steerSubscription("call", subscriber.session, { layer: "x" })).toBe(
      false,
    );
    for (const [index, { count, codecs }] of sinks.entries()) {
      await until(() => count.keyframes > 1 && count.sounds > 20, "units of both tracks");
      expect([...codecs].sort()).toEqual(
        [
          ["aac", "h264"],
          ["h264", "opus"],
        ][index],
      );
    }
    const second = await publish("ann", [], true);
    // The rest of the sound is converted first.
    for (const sink of sinks)
      await until(() => sink.ended?.includes("took its place"), "the end of what a tap gives");
    expect(await calls.heard("publication-ended", publisher)).toMatchObject({ reason: "replaced" });
    const { frames } = await page.received(subscriber.index);
    await subscriber.sees((received) => received.frames > frames + 5, "the other publisher");
    await page.hangUp();
    const ended = await calls.heard("publication-ended", second);
    expect(ended).toMatchObject({ reason: "left", publication: "ann" });
    expect(await calls.heard("subscription-ended", subscriber.session)).toMatchObject({
      reason: "publication-ended",
    });
    expect(await forwarding.groupStatus("call")).toEqual({ publications: [], subscriptions: [] });
  });
});
