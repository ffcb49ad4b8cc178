import { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import type { AwsEvent } from "../../../kernel/events.ts";
import { answerPlayback } from "../playback/answer-playback.ts";
import { PlaybackGate } from "../playback/playback-gate.ts";
import { RevokedViewers } from "../playback/revoked-viewers.ts";
import type { IvsQuotas } from "../quotas.ts";
import { newSessionState } from "../sessions/session-journal.ts";
import type { IvsTables } from "../tables.ts";
import { CHANNEL_ARN, type Life, LiveWorld, STREAM_KEY } from "../testing/live-world.ts";

const STREAM_ID = "st-1aaaaaaaaaaaaaaaaaaaaaa";
const MULTIVARIANT = "/api/video/v1/us-east-1.000000000000.channel.channelchann.m3u8";

let world: LiveWorld;
let life: Life;
let breaches: AwsEvent[];
afterEach(() => world.close());

async function open(quotas: Partial<IvsQuotas>): Promise<void> {
  world = await LiveWorld.open({ quotas });
  life = world.begin();
  breaches = [];
  life.deps.events.subscribe((event) => {
    if (event["detail-type"] === "IVS Limit Breach") breaches.push(event);
  });
}

/** A channel of the account that is live. */
async function live(channelId: string, change: { region?: string } = {}): Promise<void> {
  await world.store.tables<IvsTables>().transaction(({ db }) =>
    db
      .insertInto("ivs_stream_sessions")
      .values({
        ...newSessionState(1),
        ...{ stream_id: `st-1${channelId}`, owner: "", priority: 0, account_id: "000000000000" },
        ...{ region: "us-east-1", channel_id: channelId, channel: "{}", ...change },
        recording_configuration: null,
      })
      .execute(),
  );
}

const publish = () =>
  life.live.authorizePublish({
    ...{ connectionId: "c", protocol: "rtmps", name: STREAM_KEY, secure: true },
    remoteAddress: "::1",
    priority: undefined,
  });

describe("concurrent streams", () => {
  test("beyond the quota are refused, and published once a minute", async () => {
    await open({ concurrentStreams: 2 });
    await live("one");
    await live("elsewhere", { region: "us-west-2" });
    await live("channelchann");
    expect(await publish()).toMatchObject({ allow: true });
    await live("two");
    expect(await publish()).toMatchObject({
      allow: false,
      reason: expect.stringContaining("quota of concurrent streams"),
    });
    world.nowMs += 59_000;
    await publish();
    expect(breaches).toEqual([
      expect.objectContaining({
        source: "aws.ivs",
        account: "000000000000",
        region: "us-east-1",
        resources: [],
        detail: {
          limit_name: "Concurrent Broadcasts",
          limit_value: 2,
          exceeded_by: 1,
          limit_unit: "active streams",
        },
      }),
    ]);
    world.nowMs += 1_000;
    await publish();
    expect(breaches).toHaveLength(2);
  });

  test("are counted again when the session is opened: none of two at once is one too many", async () => {
    await open({ concurrentStreams: 1 });
    expect(await publish()).toMatchObject({ allow: true });
    await live("other");
    await life.engine.broadcast(CHANNEL_ARN, STREAM_ID, 0);
    await life.live.settled(CHANNEL_ARN);
    const { db } = world.store.tables<IvsTables>();
    const sessions = await db.selectFrom("ivs_stream_sessions").select("channel_id").execute();
    expect(sessions).toEqual([{ channel_id: "other" }]);
  });

  test("have no limit where none is set", async () => {
    await open({});
    for (let stream = 0; stream < 150; stream++) await live(`c${stream}`);
    expect(await publish()).toMatchObject({ allow: true });
    expect(breaches).toEqual([]);
  });
});

describe("concurrent views", () => {
  test("beyond the quota are answered 429; who leaves makes room", async () => {
    await open({ concurrentViews: 3 });
    const { deps } = life;
    const revoked = new RevokedViewers(deps.store, deps.clock);
    const gate = new PlaybackGate({ ...deps, countryOf: () => undefined, revoked });
    const ask = async (remoteAddress: string, method = "GET") => {
      const query = new URLSearchParams();
      const scheme = "http" as const;
      const client = { remoteAddress, scheme, isSigned: false };
      const more = { query, headers: {}, ...client, body: Readable.from([]) };
      return answerPlayback({ method, path: MULTIVARIANT, ...more }, life.live, gate);
    };
    await life.engine.broadcast(CHANNEL_ARN, STREAM_ID, 1);
    await life.live.settled(CHANNEL_ARN);
    // Its session has ended in the script; what goes on counts.
    await world.store
      .tables<IvsTables>()
      .transaction(({ db }) =>
        db.updateTable("ivs_stream_sessions").set({ ended_at_ms: null }).execute(),
      );
    // Who asks before there is anything to play isn't a viewer.
    const { multivariantPlaylist } = life.engine;
    life.engine.multivariantPlaylist = async () => undefined;
    for (const early of ["::7", "::8", "::9"])
      expect(await ask(early)).toMatchObject({ status: 404 });
    life.engine.multivariantPlaylist = multivariantPlaylist;
    const statuses = await Promise.all(["::1", "::2", "::3", "::4", "::5"].map((one) => ask(one)));
    expect(statuses.map((answer) => answer?.status).sort()).toEqual([200, 200, 200, 429, 429]);
    const again = statuses.findIndex((answer) => answer?.status === 200) + 1;
    expect(await ask(`::${again}`)).toMatchObject({ status: 200 });
    expect(await ask("::6", "HEAD")).toMatchObject({ status: 200 });
    expect(breaches.map(({ resources, detail }) => ({ resources, detail }))).toEqual([
      {
        resources: [],
        detail: {
          limit_name: "Concurrent Viewers",
          limit_value: 3,
          exceeded_by: 1,
          limit_unit: "viewers",
        },
      },
    ]);
    for (const id of ["::1", "::2", "::3"]) life.live.viewers.note(STREAM_ID, { id });
    world.nowMs += 1_000;
    const refused = await ask("::4");
    expect(refused).toMatchObject({ status: 429, headers: { "access-control-allow-origin": "*" } });
    world.nowMs += 31_000;
    expect(await ask("::4")).toMatchObject({ status: 200 });
  });
});
