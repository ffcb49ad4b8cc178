import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type {
  IVSRealTime,
  ParticipantTokenConfiguration,
  Stage,
} from "@aws-sdk/client-ivs-realtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { type Clients, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { claimsOf, joinStage, outcomeOf, realTimeOf } from "./support.ts";

const ARN = "arn:aws:ivs:us-east-1:000000000000";

let server: TestServer;
let root: Clients;
let realTime: IVSRealTime;
beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
  realTime = realTimeOf(server);
});
afterAll(() => server?.close());

async function makeStage(): Promise<Stage & { readonly arn: string }> {
  const { stage } = await realTime.createStage({});
  return { ...stage, arn: stage?.arn ?? "" };
}

async function tokenOf(stageArn: string, wanted: ParticipantTokenConfiguration = {}) {
  const { participantToken } = await realTime.createParticipantToken({ stageArn, ...wanted });
  return { id: participantToken?.participantId ?? "", token: participantToken?.token ?? "" };
}

/** The stage's only session, once it is there. */
function sessionOf(stageArn: string): Promise<string> {
  return until(
    async () => (await realTime.getStage({ arn: stageArn })).stage?.activeSessionId,
    "the stage's session",
  );
}

async function eventsOf(stageArn: string, sessionId: string, participantId: string) {
  const { events } = await realTime.listParticipantEvents({ stageArn, sessionId, participantId });
  return events?.map(({ name }) => name);
}

describe("a participant", () => {
  test("joins by its token, is shown by the API, and leaves with its socket", async () => {
    const { arn: stageArn } = await makeStage();
    const { id, token } = await tokenOf(stageArn, { userId: "host", attributes: { seat: "4" } });
    const host = await joinStage(token);
    expect(await host.seen("aws:ivs:STAGE_STATE")).toMatchObject({
      payload: { sequenceNumber: 0, participants: [], disconnected: [] },
    });
    host.send({ type: "PING" });
    await host.seen("PONG");
    const sessionId = await sessionOf(stageArn);
    expect(sessionId).toMatch(/^st-[A-Za-z0-9]{13}$/);
    const here = { stageArn, sessionId, participantId: id };
    const { participant } = await realTime.getParticipant(here);
    expect(participant).toEqual({
      ...{ participantId: id, userId: "host", attributes: { seat: "4" }, state: "CONNECTED" },
      ...{ firstJoinTime: expect.any(Date), published: false, protocol: "UNKNOWN" },
      ...{ browserName: "Chrome", browserVersion: "130.0.0.0", osName: "Linux", osVersion: "" },
      ...{ recordingState: "DISABLED", recordingS3BucketName: "", recordingS3Prefix: "" },
      replicationType: "NONE",
    });
    const { stages } = await realTime.listStages({});
    expect(stages?.find(({ arn }) => arn === stageArn)).toMatchObject({
      activeSessionId: sessionId,
    });
    host.close();
    const over = await until(async () => {
      const { stageSession } = await realTime.getStageSession({ stageArn, sessionId });
      return stageSession?.endTime && stageSession;
    }, "the session's end");
    expect(over).toMatchObject({ sessionId, startTime: participant?.firstJoinTime });
    expect(await eventsOf(stageArn, sessionId, id)).toEqual(["JOINED", "LEFT"]);
    expect((await realTime.getParticipant(here)).participant?.state).toBe("DISCONNECTED");
    expect((await realTime.getStage({ arn: stageArn })).stage?.activeSessionId).toBeUndefined();
    await joinStage(token);
    expect(await sessionOf(stageArn)).not.toBe(sessionId);
    const sessions = await realTime.listStageSessions({ stageArn, maxResults: 1 });
    expect(sessions.stageSessions).toMatchObject([{ sessionId: await sessionOf(stageArn) }]);
    const { nextToken } = sessions;
    const rest = await realTime.listStageSessions({ stageArn, maxResults: 1, nextToken });
    expect([rest.stageSessions?.[0]?.sessionId, rest.nextToken]).toEqual([sessionId, undefined]);
  });

  test("that joins again takes the place of its first connection", async () => {
    const { arn: stageArn } = await makeStage();
    const { id, token } = await tokenOf(stageArn);
    const first = await joinStage(token);
    const second = await joinStage(token);
    expect(await first.seen("aws:ivs:DISCONNECT")).toMatchObject({
      payload: { code: "TOKEN_REUSED" },
    });
    await until(first.isClosed, "the end of the first connection");
    second.send({ type: "PING" });
    await second.seen("PONG");
    expect(await eventsOf(stageArn, await sessionOf(stageArn), id)).toEqual(["JOINED"]);
    second.close();
  });

  test("is disconnected by the API, and its token is no good any more", async () => {
    const { arn: stageArn } = await makeStage();
    const [guest, host] = [await tokenOf(stageArn), await tokenOf(stageArn)];
    const [out, stays] = [await joinStage(guest.token), await joinStage(host.token)];
    const reason = "too loud";
    await realTime.disconnectParticipant({ stageArn, participantId: guest.id, reason });
    expect(await out.seen("aws:ivs:DISCONNECT")).toMatchObject({
      payload: { code: "PARTICIPANT_DISCONNECTED", reason },
    });
    await stays.seen("aws:ivs:STAGE_STATE", ({ disconnected }) => disconnected?.length === 1);
    const again = await joinStage(guest.token);
    expect(await again.seen("aws:ivs:JOIN_ERROR")).toMatchObject({
      payload: { code: "PARTICIPANT_DISCONNECTED", fatal: true },
    });
    const sessionId = await sessionOf(stageArn);
    expect(await eventsOf(stageArn, sessionId, guest.id)).toEqual(["JOINED", "LEFT"]);
    await realTime.deleteStage({ arn: stageArn });
    expect(await stays.seen("aws:ivs:DISCONNECT")).toMatchObject({
      payload: { code: "STAGE_DELETED" },
    });
    const late = await joinStage(host.token);
    await late.seen("aws:ivs:JOIN_ERROR", ({ code }) => code === "STAGE_DELETED");
  });

  test("is listed by one filter, page by page", async () => {
    const { arn: stageArn } = await makeStage();
    const tokens = [
      await tokenOf(stageArn, { userId: "a" }),
      await tokenOf(stageArn, { userId: "b" }),
      await tokenOf(stageArn, { userId: "a" }),
    ];
    const sockets = [];
    for (const { token } of tokens) sockets.push(await joinStage(token));
    const sessionId = await sessionOf(stageArn);
    sockets[1]?.close();
    const listed = async (input: object) =>
      (await realTime.listParticipants({ stageArn, sessionId, ...input })).participants?.map(
        ({ participantId }) => participantId,
      );
    const ids = tokens.map(({ id }) => id);
    await until(
      async () => (await listed({ filterByState: "DISCONNECTED" }))?.length === 1,
      "the one who left",
    );
    expect(await listed({})).toEqual(ids);
    expect(await listed({ filterByUserId: "a" })).toEqual([ids[0], ids[2]]);
    expect(await listed({ filterByState: "CONNECTED" })).toEqual([ids[0], ids[2]]);
    expect(await listed({ filterByPublished: true })).toEqual([]);
    expect(await listed({ filterByPublished: false })).toEqual(ids);
    expect(await listed({ filterByRecordingState: "ACTIVE" })).toEqual([]);
    const two = { stageArn, sessionId, filterByUserId: "a", filterByPublished: false };
    expect(await outcomeOf(realTime.listParticipants(two))).toBe("ValidationException");
    const page = await realTime.listParticipants({ stageArn, sessionId, maxResults: 2 });
    const { nextToken } = page;
    expect(page.participants?.map(({ participantId }) => participantId)).toEqual(ids.slice(0, 2));
    expect(await listed({ nextToken })).toEqual([ids[2]]);
    const other = { stageArn, sessionId, filterByUserId: "a", nextToken };
    expect(await outcomeOf(realTime.listParticipants(other))).toBe("ValidationException");
    const events = { stageArn, sessionId, participantId: ids[1] ?? "", maxResults: 1 };
    const first = await realTime.listParticipantEvents(events);
    const second = await realTime.listParticipantEvents({ ...events, nextToken: first.nextToken });
    expect([first.events?.[0]?.name, second.events?.[0]?.name]).toEqual(["JOINED", "LEFT"]);
    expect(second.nextToken).toBeUndefined();
    for (const socket of sockets) socket.close();
  });
});

describe("a client's statistics", () => {
  const WINDOW = {
    event: "ivs_broadcast_webrtc_sbcrbd_video_stats_window",
    properties: {
      ...{ window_size_ms: 10_000, bytes_received: 1_000_000, packets_received: 950 },
      ...{ packets_lost: 50, frames_decoded: 270, frames_dropped: 30, stage_arn: "another's" },
    },
  };

  async function send(address: string, events: unknown): Promise<number> {
    const data = Buffer.from(JSON.stringify(events)).toString("base64");
    const headers = { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" };
    const answer = await fetch(address, { method: "POST", headers, body: `data=${data}` });
    return answer.status;
  }

  test("go where the socket says, and become metrics of its stage alone", async () => {
    const { arn: stageArn } = await makeStage();
    const { token } = await tokenOf(stageArn);
    const guest = await joinStage(token);
    const { payload } = await guest.seen("aws:ivs:SSU");
    expect((await guest.seen("aws:ivs:SUBSCRIBER_COUNT")).payload.count).toBe(0);
    const address = Buffer.from(payload.A ?? "", "base64").toString();
    expect(await send(address, [WINDOW, { event: "another" }, 7])).toBe(200);
    const cut = address.slice(0, -1);
    expect(await send(`${cut}${address.endsWith("A") ? "B" : "A"}`, [WINDOW])).toBe(403);
    for (const nothing of [{}, [], [{ ...WINDOW, properties: { bytes_received: "1" } }]])
      expect(await send(address, nothing)).toBe(200);
    const credentials = ROOT;
    const { endpoint } = server;
    const cloudwatch = new CloudWatch({ endpoint, region: "us-east-1", credentials });
    const Stage = stageArn.split("/")[1] ?? "";
    const measured = async (MetricName: string) => {
      const { Datapoints } = await cloudwatch.getMetricStatistics({
        ...{ Namespace: "AWS/IVSRealTime", MetricName, Period: 3_600 },
        Dimensions: [{ Name: "Stage", Value: Stage }],
        Statistics: ["Average", "SampleCount"],
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 3_600_000),
      });
      return Datapoints?.map(({ Average, SampleCount, Unit }) => [Average, SampleCount, Unit]);
    };
    const seen = await until(async () => {
      const found = await measured("SubscribeBitrate");
      return found?.length ? found : undefined;
    }, "the metric");
    expect(seen).toEqual([[800_000, 1, "Bits/Second"]]);
    expect(await measured("DownloadPacketLoss")).toEqual([[5, 1, "Percent"]]);
    expect(await measured("DroppedFrames")).toEqual([[10, 1, "Percent"]]);
    guest.close();
  });
});

/** An offer of one kind of media, in one codec. */
function offerOf(kind = "", codec = ""): string {
  const lines = [
    ...["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0"],
    ...[`m=${kind} 9 UDP/TLS/RTP/SAVPF 96`, "c=IN IP4 0.0.0.0", "a=mid:0", "a=sendonly"],
    ...["a=rtcp-mux", `a=rtpmap:96 ${codec}`, "a=setup:actpass", "a=ice-ufrag:abcd"],
    ...[`a=ice-pwd:${"p".repeat(24)}`, `a=fingerprint:sha-256 ${"AA:".repeat(31)}AA`],
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}

describe("an offer", () => {
  async function offer(token: string, target: string, sdp = "v=0\r\n"): Promise<string> {
    const headers = { "content-type": "application/sdp", authorization: `Bearer ${token}` };
    const url = `${server.endpoint}/ivs-realtime/whip${target}`;
    const answer = await fetch(url, { method: "POST", headers, body: sdp });
    expect(answer.headers.get("access-control-expose-headers")).toContain("location");
    const { code } = JSON.parse(await answer.text());
    return `${answer.status} ${code}`;
  }

  test("is answered by Amazon's numbers where it can't be taken, which the API shows", async () => {
    const { arn: stageArn } = await makeStage();
    const fan = await tokenOf(stageArn, { capabilities: ["SUBSCRIBE"] });
    const mute = await tokenOf(stageArn, { capabilities: ["PUBLISH"] });
    const here = [await joinStage(fan.token), await joinStage(mute.token)];
    expect(await offer("", "")).toBe("401 2003");
    expect(await offer(fan.token, "")).toBe("403 2003");
    expect(await offer(mute.token, `/publish/${fan.id}`)).toBe("403 2003");
    expect(await offer(mute.token, `/subscribe/${fan.id}`)).toBe("403 2003");
    expect(await offer(fan.token, `/subscribe/${mute.id}`)).toBe("404 2004");
    expect(await offer(mute.token, `/publish/${mute.id}`)).toBe("400 2014");
    for (const [kind, codec] of [
      ["video", "VP8/90000"],
      ["audio", "PCMU/8000"],
    ])
      expect(await offer(mute.token, "", offerOf(kind, codec))).toBe("400 2014");
    expect(await offer(mute.token, "", "v".repeat(65 * 1_024))).toBe("413 2000");
    const sessionId = await sessionOf(stageArn);
    const errorsOf = async (participantId: string) => {
      const of = { stageArn, sessionId, participantId };
      const { events = [] } = await realTime.listParticipantEvents(of);
      return events.flatMap(({ name, errorCode, remoteParticipantId }) =>
        errorCode ? [[name, errorCode, remoteParticipantId]] : [],
      );
    };
    expect(await errorsOf(fan.id)).toEqual([
      ["PUBLISH_ERROR", "INSUFFICIENT_CAPABILITIES", undefined],
      ["SUBSCRIBE_ERROR", "PUBLISHER_NOT_FOUND", mute.id],
    ]);
    expect(await errorsOf(mute.id)).toEqual([
      ["SUBSCRIBE_ERROR", "INSUFFICIENT_CAPABILITIES", fan.id],
      ["PUBLISH_ERROR", "INVALID_INPUT", undefined],
      ["PUBLISH_ERROR", "INVALID_VIDEO_CODEC", undefined],
      ["PUBLISH_ERROR", "INVALID_AUDIO_CODEC", undefined],
    ]);
    for (const socket of here) socket.close();
    const unknown = `${server.endpoint}/ivs-realtime/whip/sessions/${sessionId}/${"a".repeat(22)}`;
    expect((await fetch(unknown, { method: "DELETE" })).status).toBe(404);
  });

  test("over the events socket is answered there", async () => {
    const { arn: stageArn } = await makeStage();
    const { id, token } = await tokenOf(stageArn, { capabilities: ["SUBSCRIBE"] });
    const socket = await joinStage(token);
    const whipUrl = `${server.endpoint}/ivs-realtime/whip/publish/${id}`;
    const payload = { whipUrl, requestId: "1", traceId: "2", content: "v=0", sdk: "1.41.0" };
    socket.send({ type: "aws:ivs:SDP_OFFER", payload });
    expect((await socket.seen("aws:ivs:SDP_ANSWER")).payload).toMatchObject({
      ...{ requestId: "1", traceId: "2", httpStatusCode: 403, errorCode: 2003 },
    });
    socket.close();
  });
});

describe("what isn't there", () => {
  const stageArn = `${ARN}:stage/abcdefabcdef`;
  const nowhere = { stageArn, sessionId: "st-aaaaaaaaaaaaa", participantId: "abcdefabcdef" };

  test("is not found, or an empty list where the model knows no such error", async () => {
    for (const arn of [stageArn, (await makeStage()).arn]) {
      const input = { ...nowhere, stageArn: arn };
      expect(await outcomeOf(realTime.getParticipant(input))).toBe("ResourceNotFoundException");
      expect(await outcomeOf(realTime.getStageSession(input))).toBe("ResourceNotFoundException");
      expect((await realTime.listStageSessions(input)).stageSessions).toEqual([]);
      expect((await realTime.listParticipants(input)).participants).toEqual([]);
      expect((await realTime.listParticipantEvents(input)).events).toEqual([]);
    }
    const gone = realTime.disconnectParticipant(nowhere);
    expect(await outcomeOf(gone)).toBe("ResourceNotFoundException");
    const malformed = realTime.getStageSession({ stageArn, sessionId: "st-short" });
    expect(await outcomeOf(malformed)).toBe("ValidationException");
  });

  test("each operation is decided on the stage and its tags", async () => {
    const { stage } = await realTime.createStage({ tags: { team: "a" } });
    const { stage: other } = await realTime.createStage({ tags: { team: "b" } });
    const user = await createUser(root.iam, "participants-of-a", [
      {
        ...allow("ivs:*", `${ARN}:stage/*`),
        Condition: { StringEquals: { "aws:ResourceTag/team": "a" } },
      },
    ]);
    const mine = realTimeOf(server, user);
    for (const [arn, denied] of [
      [stage?.arn ?? "", false],
      [other?.arn ?? "", true],
    ] as const) {
      const input = { ...nowhere, stageArn: arn };
      const found = denied ? "AccessDeniedException" : "done";
      const missing = denied ? "AccessDeniedException" : "ResourceNotFoundException";
      expect(await outcomeOf(mine.listStageSessions(input))).toBe(found);
      expect(await outcomeOf(mine.listParticipants(input))).toBe(found);
      expect(await outcomeOf(mine.listParticipantEvents(input))).toBe(found);
      expect(await outcomeOf(mine.disconnectParticipant(input))).toBe(found);
      expect(await outcomeOf(mine.getStageSession(input))).toBe(missing);
      expect(await outcomeOf(mine.getParticipant(input))).toBe(missing);
    }
  });
});

describe("a token", () => {
  let stage: Stage;
  let publicKeyArn: string;
  let key: KeyObject;
  beforeAll(async () => {
    stage = await makeStage();
    const pair = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    key = pair.privateKey;
    const pem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    const { publicKey } = await realTime.importPublicKey({ publicKeyMaterial: pem });
    publicKeyArn = publicKey?.arn ?? "";
  });

  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

  function signed(claims: object, header: object = {}): string {
    const iat = Math.floor(Date.now() / 1_000);
    const text = [
      encoded({ alg: "ES384", typ: "JWT", kid: publicKeyArn, ...header }),
      encoded({
        ...{ iat, exp: iat + 60, jti: "customers_own-1", version: "1.0" },
        ...{ resource: stage.arn, topic: stage.arn?.split("/")[1] },
        ...{ events_url: stage.endpoints?.events, whip_url: stage.endpoints?.whip },
        capabilities: { allow_publish: true, allow_subscribe: true },
        ...claims,
      }),
    ].join(".");
    const by = { key, dsaEncoding: "ieee-p1363" } as const;
    return `${text}.${sign("sha384", Buffer.from(text), by).toString("base64url")}`;
  }

  const answerTo = async (token: string) => {
    const socket = await joinStage(token);
    const answer = await until(() => socket.messages[0], "an answer");
    socket.close();
    return answer.payload.code ?? answer.type;
  };

  test("that a customer has signed with an imported key is as good as AWS's", async () => {
    expect(await answerTo(signed({ user_id: "own", attributes: { a: "b" } }))).toBe(
      "aws:ivs:STAGE_STATE",
    );
  });

  test("of a customer can be exchanged for another one of the same participant", async () => {
    const jti = "exchanges";
    const token = signed({ jti, attributes: { role: "guest" } });
    const socket = await joinStage(token);
    const exchange = async (newToken: string, requestId: string) => {
      const payload = { oldToken: token, newToken, requestId, traceId: "1-2-3" };
      socket.send({ type: "aws:ivs:EXCHANGE_TOKEN", payload });
      const mine = (answer: { requestId?: string }) => answer.requestId === requestId;
      return (await socket.seen("aws:ivs:EXCHANGE_TOKEN", mine)).payload;
    };
    const stageArn = stage.arn ?? "";
    const { id, token: own } = await tokenOf(stageArn);
    expect(id).not.toBe(jti);
    expect(await exchange(own, "1")).toMatchObject({ error: { message: expect.any(String) } });
    expect(await exchange(signed({ jti: "other" }), "2")).toHaveProperty("error");
    const attributes = { role: "host" };
    const capabilities = { allow_publish: true };
    const answer = await exchange(signed({ jti, user_id: "u", attributes, capabilities }), "3");
    expect(answer).toEqual({ requestId: "3", traceId: "1-2-3" });
    const here = { stageArn, sessionId: await sessionOf(stageArn), participantId: jti };
    const { participant } = await realTime.getParticipant(here);
    expect(participant).toMatchObject({ userId: "u", attributes });
    const { events } = await realTime.listParticipantEvents(here);
    expect(events?.at(-1)).toMatchObject({
      name: "TOKEN_EXCHANGED",
      previousToken: { attributes: { role: "guest" }, capabilities: ["PUBLISH", "SUBSCRIBE"] },
      newToken: { attributes, capabilities: ["PUBLISH"], userId: "u" },
    });
    socket.close();
  });

  test.each([
    ["that has expired", { iat: 1_000, exp: 2_000 }, {}, "TOKEN_EXPIRED"],
    ["for more than 14 days", { iat: 1_000, exp: 4e9 }, {}, "TOKEN_INVALID"],
    ["of the future", { iat: 4e9, exp: 4e9 + 60 }, {}, "TOKEN_INVALID"],
    ["whose topic is another stage's", { topic: "abcdefabcdef" }, {}, "TOKEN_INVALID"],
    ["for another server", { whip_url: "https://example.com" }, {}, "TOKEN_INVALID"],
    ["without a participant", { jti: "" }, {}, "TOKEN_INVALID"],
    ["with too many attributes", { attributes: { a: "b".repeat(1_024) } }, {}, "TOKEN_INVALID"],
    ["of a key that isn't there", {}, { kid: `${ARN}:public-key/a` }, "TOKEN_INVALID_SIGNATURE"],
    ["of another algorithm", {}, { alg: "none" }, "TOKEN_INVALID_SIGNATURE"],
    ["that claims to be AWS's", {}, { alg: "KMS" }, "TOKEN_INVALID_SIGNATURE"],
  ])("%s is refused", async (_what, claims, header, code) => {
    expect(await answerTo(signed(claims, header))).toBe(code);
  });

  test("that was changed is refused, and so is one whose key was deleted", async () => {
    const { token } = await tokenOf(stage.arn ?? "");
    const [head = "", , mark = ""] = token.split(".");
    const more = { ...claimsOf(token).claims, exp: 4e9 };
    expect(await answerTo([head, encoded(more), mark].join("."))).toBe("TOKEN_INVALID_SIGNATURE");
    const own = signed({});
    await realTime.deletePublicKey({ arn: publicKeyArn });
    expect(await answerTo(own)).toBe("TOKEN_INVALID_SIGNATURE");
  });
});
