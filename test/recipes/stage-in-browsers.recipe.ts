import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outcomeOf, realTimeOf } from "../contract/ivs-realtime/support.ts";
import { hasCamera } from "../support/broadcast-page.ts";
import { openStagePages, type StagePages, type StageView } from "../support/stage-page.ts";
import { ROOT, startTestServer, type TestServer } from "../support/test-server.ts";
import { until } from "../support/until.ts";
import { webBroadcastSdk } from "../support/web-broadcast-sdk.ts";

/* Amazon's Web Broadcast SDK, as it is on npm, on stages. */

const region = "us-east-1";

describe.skipIf(!hasCamera)("Amazon's Web Broadcast SDK", () => {
  let server: TestServer;
  let realTime: IVSRealTime;
  let pages: StagePages;
  beforeAll(async () => {
    server = await startTestServer();
    realTime = realTimeOf(server);
    pages = await openStagePages(await webBroadcastSdk());
  });
  afterAll(async () => {
    await pages.close();
    await server.close();
  });

  async function stageWith(...userIds: readonly string[]) {
    const { stage, participantTokens = [] } = await realTime.createStage({
      participantTokenConfigurations: userIds.map((userId) => ({ userId })),
    });
    const stageArn = stage?.arn ?? "";
    const joins = participantTokens.map(({ token = "", participantId = "" }) => ({
      ...{ token, participantId },
    }));
    const [first = joins[0], second = first, third = first] = joins;
    if (!first || !second || !third) throw new Error("CreateStage gave no tokens");
    return { stageArn, first, second, third };
  }

  const sees = (page: { view(): Promise<StageView> }, is: (view: StageView) => boolean) =>
    until(async () => {
      const view = await page.view();
      return is(view) && view;
    }, "what the page should see");

  test("shows two pages to each other, with sound, and to a third that watches", async () => {
    const { stageArn, first, second, third } = await stageWith("ann", "bob", "fan");
    const ann = await pages.join(first.token);
    const bob = await pages.join(second.token);
    const fan = await pages.join(third.token, { publishes: false });
    expect([ann.joined, bob.joined, fan.joined]).toEqual(["joined", "joined", "joined"]);
    const isWatching = ({ framesDecoded, audioEnergy }: StageView) =>
      framesDecoded > 30 && audioEnergy > 0;
    for (const page of [ann, bob, fan]) await sees(page, isWatching);
    expect((await ann.view()).events).toContain("joined bob");
    expect((await fan.view()).events).toEqual(expect.arrayContaining(["joined ann", "joined bob"]));
    const { stage } = await realTime.getStage({ arn: stageArn });
    const sessionId = stage?.activeSessionId ?? "";
    const namesOf = async (participantId: string) => {
      const of = { stageArn, sessionId, participantId };
      return (await realTime.listParticipantEvents(of)).events?.map(({ name }) => name);
    };
    expect((await namesOf(first.participantId))?.sort()).toEqual(
      ["JOINED", "PUBLISH_STARTED", "SUBSCRIBE_STARTED"].sort(),
    );
    const here = { stageArn, sessionId, participantId: first.participantId };
    expect((await realTime.getParticipant(here)).participant).toMatchObject({
      ...{ published: true, state: "CONNECTED", protocol: "WHIP", userId: "ann" },
      ...{ browserName: "Chrome", sdkVersion: expect.stringMatching(/\d/) },
    });
    const cloudwatch = new CloudWatch({ endpoint: server.endpoint, region, credentials: ROOT });
    const Dimensions = [{ Name: "Participant", Value: first.participantId }];
    const measured = await until(async () => {
      const { Metrics = [] } = await cloudwatch.listMetrics({
        Namespace: "AWS/IVSRealTime",
        Dimensions,
      });
      return Metrics.length >= 3 && Metrics;
    }, "metrics of ann");
    const measuredNames = measured.map(({ MetricName }) => MetricName);
    expect(measuredNames).toEqual(expect.arrayContaining(["PublishBitrate", "PublishResolution"]));
    // The SDK's own statistics, a minute at a time.
    await until(
      async () => {
        const { Metrics = [] } = await cloudwatch.listMetrics({
          ...{ Namespace: "AWS/IVSRealTime", MetricName: "SubscribeBitrate" },
        });
        return Metrics.length > 0;
      },
      "the subscribers' metrics",
      { withinMs: 100_000, everyMs: 1_000 },
    );
    await ann.leave();
    await sees(bob, ({ events }) => events.includes("left ann"));
    await until(async () => (await namesOf(first.participantId))?.includes("LEFT"), "ann's end");
    const reason = "enough";
    await realTime.disconnectParticipant({
      ...{ stageArn, participantId: second.participantId, reason },
    });
    await sees(bob, ({ events }) => events.some((event) => event.startsWith("out ")));
    await sees(fan, ({ events }) => events.includes("left bob"));
    expect((await namesOf(second.participantId))?.slice(-2)).toEqual(["PUBLISH_STOPPED", "LEFT"]);
    await fan.leave();
    await until(
      async () => (await realTime.getStageSession({ stageArn, sessionId })).stageSession?.endTime,
      "the session's end",
    );
    const again = await pages.join(second.token);
    expect(again.joined).not.toBe("joined");
    expect(await outcomeOf(realTime.deleteStage({ arn: stageArn }))).toBe("done");
  });

  test("sends layers, of which a viewer chooses", async () => {
    const { first, second } = await stageWith("ann", "fan");
    const ann = await pages.join(first.token, { simulcast: true });
    const fan = await pages.join(second.token, { publishes: false });
    const { layers } = await sees(fan, (view) => view.layers.length === 3);
    expect(layers.map((name) => Number(name.split(" ")[1])).sort()).toEqual([180, 360, 720]);
    for (const height of [720, 180, 360]) {
      await fan.prefer(String(height));
      await sees(fan, ({ heights }) => heights.includes(height));
    }
    await fan.leave();
    await ann.leave();
  });
});
