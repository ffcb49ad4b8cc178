import { generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import type { PlainRequest } from "../../../kernel/service.ts";
import { streamUnavailable } from "../nodes/peer-calls.ts";
import { writeRevocation } from "../rows/viewer-session-revocations.ts";
import type { ChannelRow, IvsTables, PlaybackRestrictionPolicyRow } from "../tables.ts";
import { CHANNEL_ARN, type Life, LiveWorld } from "../testing/live-world.ts";
import { answerPlayback } from "./answer-playback.ts";
import { PlaybackGate } from "./playback-gate.ts";
import { RevokedViewers } from "./revoked-viewers.ts";

const STREAM_ID = "st-1aaaaaaaaaaaaaaaaaaaaaa";
const ROOT = "/api/video/v1/us-east-1.000000000000.channel.channelchann";
const MULTIVARIANT = `${ROOT}.m3u8`;
const SITE = "https://app.example.com";
/** The world's clock stands at one second. */
const NOW_MS = 1_000;
const keys = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
const others = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
const PLACE = { account_id: "000000000000", region: "us-east-1", tags: "{}", created_at_ms: 1 };

type Claims = Readonly<Record<string, unknown>>;

function jwt(claims: Claims, header: Claims = {}, key: KeyObject = keys.privateKey): string {
  const text = [{ alg: "ES384", typ: "JWT", ...header }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const mark = sign("sha384", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${mark.toString("base64url")}`;
}

const good = { "aws:channel-arn": CHANNEL_ARN, exp: 301 };

/** A broadcast whose playback can be asked for. */
class Stage {
  readonly world: LiveWorld;
  readonly life: Life;
  readonly gate: PlaybackGate;
  readonly revoked: RevokedViewers;

  private constructor(world: LiveWorld, life: Life, countryOf: (address: string) => string) {
    this.world = world;
    this.life = life;
    const { deps } = life;
    this.revoked = new RevokedViewers(deps.store, deps.clock);
    this.gate = new PlaybackGate({ ...deps, countryOf, revoked: this.revoked });
  }

  static async open(
    channel: Partial<ChannelRow>,
    policy?: Partial<PlaybackRestrictionPolicyRow>,
  ): Promise<Stage> {
    const arn = CHANNEL_ARN.replace("channel/channelchann", "playback-restriction-policy/policy");
    const attached = policy ? { playback_restriction_policy_arn: arn } : {};
    const world = await LiveWorld.open({ channel: { ...channel, ...attached } });
    const public_key = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
    await world.store.tables<IvsTables>().transaction(async ({ db }) => {
      await db
        .insertInto("ivs_playback_key_pairs")
        .values({ ...PLACE, id: "key", name: "", public_key, fingerprint: "" })
        .execute();
      if (policy)
        await db
          .insertInto("ivs_playback_restriction_policies")
          .values({ ...PLACE, id: "policy", name: "", ...OPEN_POLICY, ...policy })
          .execute();
    });
    const stage = new Stage(world, world.begin(), (address) => COUNTRIES[address] ?? "");
    await stage.life.engine.broadcast(CHANNEL_ARN, STREAM_ID, 1);
    await stage.life.live.settled(CHANNEL_ARN);
    return stage;
  }

  ask(path: string, headers: Record<string, string> = {}, more: Partial<PlainRequest> = {}) {
    const [name = "", query] = path.split("?");
    const request: PlainRequest = {
      ...{ method: "GET", path: name, query: new URLSearchParams(query), scheme: "http" },
      ...{ headers, remoteAddress: "::1", isSigned: false, body: Readable.from([]), ...more },
    };
    return answerPlayback(request, this.life.live, this.gate);
  }

  /** The variant playlist that a token leads to. */
  async enter(claims: Claims, headers: Record<string, string> = {}): Promise<string> {
    const answer = await this.ask(`${MULTIVARIANT}?token=${jwt({ ...good, ...claims })}`, headers);
    expect(answer?.status).toBe(200);
    return new URL(String(answer?.body), `http://x${MULTIVARIANT}`).pathname;
  }
}

const OPEN_POLICY = {
  allowed_countries: "[]",
  allowed_origins: "[]",
  strict_origin_enforcement: 0,
};
const COUNTRIES: Readonly<Record<string, string>> = { "192.0.2.1": "DE", "192.0.2.2": "FR" };

let stage: Stage;
afterEach(() => stage.world.close());

describe("a private channel", () => {
  const tampered = () => {
    const [head, , mark] = jwt(good).split(".");
    const more = Buffer.from(JSON.stringify({ ...good, "aws:viewer-id": "eve" }));
    return [head, more.toString("base64url"), mark].join(".");
  };
  const unsigned = () => {
    const [, body] = jwt(good).split(".");
    const head = Buffer.from('{"alg":"none"}').toString("base64url");
    return `${head}.${body}.`;
  };
  const origins = (count: number) => Array.from({ length: count }, (_, i) => `https://${i}.x`);

  test.each<[string, string | (() => string), string]>([
    ["no token", "", "token contains an invalid number of segments"],
    ["no JWT", "abc", "token contains an invalid number of segments"],
    ["another key", () => jwt(good, {}, others.privateKey), "signature is invalid"],
    ["a changed payload", tampered, "signature is invalid"],
    ["no algorithm", unsigned, "token contains an invalid number of segments"],
    ["a shared secret", () => jwt(good, { alg: "HS384" }), "signing method HS384 is invalid"],
    ["another curve's name", () => jwt(good, { alg: "ES256" }), "signing method ES256 is invalid"],
    ["no text as algorithm", () => jwt(good, { alg: ["ES384"] }), "signing method  is invalid"],
    ["an unknown extension", () => jwt(good, { crit: ["b64"] }), "token is malformed"],
    ["a second spelling", () => `${jwt(good)}=`, "token is malformed"],
    ["8 KB", () => jwt({ ...good, x: "x".repeat(8_192) }), "token is malformed"],
    ["a past end", () => jwt({ ...good, exp: 1 }), "Token is expired"],
    ["a later beginning", () => jwt({ ...good, nbf: 100 }), "Token is not valid yet"],
    [
      "a list of origins",
      () => jwt({ ...good, "aws:access-control-allow-origin": ["https://a.example"] }),
      "aws:access-control-allow-origin must be a string",
    ],
    ["no end", () => jwt({ "aws:channel-arn": CHANNEL_ARN }), "exp is missing"],
    [
      "another channel",
      () => jwt({ ...good, "aws:channel-arn": `${CHANNEL_ARN}x` }),
      "aws:channel-arn is of another channel",
    ],
    ["no channel", () => jwt({ exp: 301 }), "aws:channel-arn is missing"],
    ["a long viewer id", () => jwt({ ...good, "aws:viewer-id": "x".repeat(41) }), "aws:viewer-id"],
    ["a viewer for hours", () => jwt({ ...good, exp: 3_600, "aws:viewer-id": "a" }), "10 minutes"],
    ["one use in hours", () => jwt({ ...good, exp: 3_600, "aws:single-use-uuid": "a" }), "10 min"],
    [
      "six strict origins",
      () =>
        jwt({
          ...good,
          "aws:access-control-allow-origin": origins(6).join(","),
          "aws:strict-origin-enforcement": true,
        }),
      "at most 5 origins",
    ],
    ["an unknown size", () => jwt({ ...good, "aws:maximum-resolution": "4K" }), "aws:maximum-reso"],
    [
      "a negative version",
      () => jwt({ ...good, "aws:viewer-session-version": -1 }),
      "aws:viewer-s",
    ],
  ])("refuses a token with %s", async (_what, token, error) => {
    stage = await Stage.open({ authorized: 1 });
    const text = typeof token === "string" ? token : token();
    const answer = await stage.ask(`${MULTIVARIANT}?token=${text}&player_version=1`);
    expect(answer).toMatchObject({
      status: 403,
      headers: { "access-control-allow-origin": "*", "cache-control": "private, no-store" },
    });
    const [entry] = JSON.parse(String(answer?.body));
    expect(entry).toEqual({
      url: `${MULTIVARIANT}?player_version=1`,
      error: expect.stringContaining(error),
      error_code: "invalid_playback_auth_token",
      type: "error",
    });
  });

  test("is played with a token, whose session the variants carry, by nobody else", async () => {
    stage = await Stage.open({ authorized: 1 });
    // As AWS's own sample signs it: in milliseconds.
    const variant = await stage.enter({ exp: Date.now() + 60_000, anything: "else" });
    const [, session = ""] =
      new RegExp(`${STREAM_ID}/([\\w-]+)/chunked/playlist`).exec(variant) ?? [];
    expect(session).not.toBe("");
    expect(await stage.ask(variant)).toMatchObject({
      status: 200,
      headers: { "cache-control": "private, no-store", "access-control-allow-origin": "*" },
    });
    const segment = variant.replace("playlist.m3u8", "7.ts");
    expect(await stage.ask(segment)).toMatchObject({
      status: 200,
      headers: { "cache-control": "private, max-age=60, immutable" },
    });
    for (const wrong of ["", `${session.slice(0, -2)}AA/`, "AAAA/", `${session}AAAA/`])
      expect(await stage.ask(segment.replace(`${session}/`, wrong))).toMatchObject({ status: 403 });
    expect(await stage.ask(segment.replace(STREAM_ID, "st-1bbbbbbbbbbbbbbbbbbbbbb"))).toMatchObject(
      { status: 404 },
    );
    // Every session is one viewer, wherever it comes from.
    await stage.ask(await stage.enter({}));
    expect(stage.life.live.viewers.count(STREAM_ID)).toBe(2);
  });

  test("serves and names no rendition above the token's maximum resolution", async () => {
    stage = await Stage.open({ authorized: 1 });
    const small = await stage.enter({ "aws:maximum-resolution": "SD" });
    const large = await stage.enter({ "aws:maximum-resolution": "HD" });
    expect((await stage.ask(small))?.body).toBe("#EXTM3U\n# names renditions of up to 480 lines");
    expect((await stage.ask(small.replace("/chunked/", "/large/")))?.status).toBe(404);
    expect((await stage.ask(large.replace("/chunked/", "/large/")))?.status).toBe(200);
  });

  test("takes a single-use token once; asking for its head doesn't use it", async () => {
    stage = await Stage.open({ authorized: 1 });
    const token = jwt({ ...good, "aws:single-use-uuid": randomUUID() });
    const path = `${MULTIVARIANT}?token=${token}`;
    expect(await stage.ask(path, {}, { method: "HEAD" })).toMatchObject({ status: 200 });
    const answers = await Promise.all([stage.ask(path), stage.ask(path), stage.ask(path)]);
    expect(answers.map((answer) => answer?.status).sort()).toEqual([200, 403, 403]);
  });

  test("leaves a single-use token to who got no playlist for it", async () => {
    stage = await Stage.open({ authorized: 1 });
    const path = `${MULTIVARIANT}?token=${jwt({ ...good, "aws:single-use-uuid": randomUUID() })}`;
    const { engine } = stage.life;
    const playlist = engine.multivariantPlaylist;
    engine.multivariantPlaylist = async () => {
      throw streamUnavailable("its node does not answer");
    };
    expect(await stage.ask(path)).toMatchObject({ status: 503 });
    engine.multivariantPlaylist = async () => undefined;
    expect(await stage.ask(path)).toMatchObject({ status: 404 });
    engine.multivariantPlaylist = playlist;
    expect(await stage.ask(path)).toMatchObject({ status: 200 });
    expect(await stage.ask(path)).toMatchObject({ status: 403 });
  });

  test("ends the sessions of a revoked viewer up to the version, running ones too", async () => {
    stage = await Stage.open({ authorized: 1 });
    const of = (id: string, version?: number) => ({
      "aws:viewer-id": id,
      ...(version === undefined ? {} : { "aws:viewer-session-version": version }),
    });
    const alice = await stage.enter(of("alice"));
    const later = await stage.enter(of("alice", 8));
    const bob = await stage.enter(of("bob"));
    const statuses = () =>
      Promise.all([alice, later, bob].map(async (path) => (await stage.ask(path))?.status));
    expect(await statuses()).toEqual([200, 200, 200]);
    const viewer = { channelArn: CHANNEL_ARN, viewerId: "alice" };
    const revoke = (versionMax: number) =>
      stage.world.store
        .tables<IvsTables>()
        .transaction(({ db }) => writeRevocation(viewer, versionMax, NOW_MS, db));
    await revoke(7);
    await revoke(3);
    stage.revoked.forget(viewer);
    expect(await statuses()).toEqual([403, 200, 200]);
    const again = await stage.ask(`${MULTIVARIANT}?token=${jwt({ ...good, ...of("alice", 7) })}`);
    expect(again?.status).toBe(403);
    await stage.enter(of("alice", 9));
  });

  test.each<[boolean, string | undefined, number, number]>([
    [false, SITE, 200, 200],
    [false, "https://evil.com", 403, 200],
    [false, undefined, 200, 200],
    [true, SITE, 200, 200],
    [true, undefined, 403, 403],
    [true, "https://evil.com", 403, 403],
  ])("with origins, strict %s: %s is answered %i, then %i", async (strict, origin, first, next) => {
    stage = await Stage.open({ authorized: 1 });
    const claims = {
      "aws:access-control-allow-origin": "http://localhost:1, https://*.example.com",
      "aws:strict-origin-enforcement": strict,
    };
    const variant = await stage.enter(claims, { origin: SITE });
    const headers: Record<string, string> = origin === undefined ? {} : { origin };
    const token = jwt({ ...good, ...claims });
    const answer = await stage.ask(`${MULTIVARIANT}?token=${token}`, headers);
    expect(answer?.status).toBe(first);
    if (origin === SITE)
      expect(answer?.headers).toMatchObject({
        "access-control-allow-origin": SITE,
        vary: "origin",
      });
    expect((await stage.ask(variant, headers))?.status).toBe(next);
    expect((await stage.ask(variant.replace("playlist.m3u8", "7.ts"), headers))?.status).toBe(next);
  });
});

describe("a playback restriction policy", () => {
  const variant = `${ROOT}/${STREAM_ID}/chunked/playlist.m3u8`;

  test.each<[string, string, number]>([
    ["of an allowed country", "192.0.2.1", 200],
    ["of another country", "192.0.2.2", 403],
  ])("by country: a viewer %s", async (_what, remoteAddress, status) => {
    stage = await Stage.open({}, { allowed_countries: '["DE","MX"]' });
    for (const path of [MULTIVARIANT, variant]) {
      const answer = await stage.ask(path, {}, { remoteAddress });
      expect(answer?.status).toBe(status);
      if (status === 403)
        expect(JSON.parse(String(answer?.body))[0].error_code).toBe("content_geoblocked");
      else expect(answer?.headers["cache-control"]).toMatch(/^private/);
    }
  });

  test.each<[number, string | undefined, number, number]>([
    [0, SITE, 200, 200],
    [0, undefined, 200, 200],
    [0, "https://evil.com", 403, 200],
    [1, SITE, 200, 200],
    [1, undefined, 403, 403],
    [1, "https://evil.com", 403, 403],
  ])("by origin, strict %i: %s is answered %i, then %i", async (strict, origin, first, next) => {
    const allowed_origins = '["https://*.example.com"]';
    stage = await Stage.open({}, { allowed_origins, strict_origin_enforcement: strict });
    const headers: Record<string, string> = origin === undefined ? {} : { origin };
    expect((await stage.ask(MULTIVARIANT, headers))?.status).toBe(first);
    expect((await stage.ask(variant, headers))?.status).toBe(next);
  });

  test("changes with the next stream only", async () => {
    stage = await Stage.open({}, {});
    await stage.world.store
      .tables<IvsTables>()
      .transaction(({ db }) =>
        db
          .updateTable("ivs_playback_restriction_policies")
          .set({ allowed_countries: '["US"]' })
          .execute(),
      );
    const viewer = { remoteAddress: "192.0.2.1" };
    expect((await stage.ask(MULTIVARIANT, {}, viewer))?.status).toBe(200);
    await stage.life.engine.broadcast(CHANNEL_ARN, "st-1cccccccccccccccccccccc", 1);
    await stage.life.live.settled(CHANNEL_ARN);
    expect((await stage.ask(MULTIVARIANT, {}, viewer))?.status).toBe(403);
  });
});
