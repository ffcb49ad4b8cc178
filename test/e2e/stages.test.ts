import { readFile } from "node:fs/promises";
import { CopyObjectCommand, CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { joinStage, realTimeOf } from "../contract/ivs-realtime/support.ts";
import { until } from "../support/until.ts";
import { type TestBrowser, visit } from "./browser.ts";
import {
  type ConsoleServer,
  describeConsole,
  type StartedConsole,
  startConsole,
} from "./start-console.ts";

/* Two pages of the console on a stage, whose cameras are chromium's moving picture. */

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let page: Page;

  const ready = async (started: StartedConsole) => {
    ({ server, browser } = started);
    page = await browser.open(server.endpoint);
  };
  startConsole("stages", ready, { transcodeCores: 1 });

  const button = (name: string, on = page) => on.getByRole("button", { name, exact: true });

  async function join(on: Page, userId: string): Promise<void> {
    await on.getByLabel("User ID").fill(userId);
    await button("Join", on).click();
    await on.getByText("Joined", { exact: true }).first().waitFor();
  }

  test("a storage configuration and a stage that records to it are made", async () => {
    await server.root.s3.send(new CreateBucketCommand({ Bucket: "stage-takes" }));
    await visit(page, "/ivs-realtime/storage-configurations", "Storage configurations");
    await button("Create storage configuration").first().click();
    const form = page.getByRole("dialog");
    // The suggestions close when another field is entered.
    await form.getByLabel("Bucket").fill("stage-takes");
    await form.getByLabel("Configuration name").fill("takes");
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByText("takes", { exact: true }).first().waitFor();

    await visit(page, "/ivs-realtime/stages", "Stages");
    await button("Create stage").first().click();
    await form.getByLabel("Stage name").fill("recorded");
    await form.getByLabel("Record each participant to").click();
    await page.getByRole("option", { name: /takes/ }).click();
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("heading", { name: "recorded", level: 1 }).waitFor();
    await page.getByRole("tab", { name: "Configuration" }).click();
    await page.getByText(/Sound and picture, to /).waitFor();
  });

  test("a browser on it is recorded, and its recording is listed and played", {
    timeout: 120_000,
  }, async () => {
    const realTime = realTimeOf(server);
    const { stages = [] } = await realTime.listStages({});
    const stageArn = stages.find(({ name }) => name === "recorded")?.arn ?? "";
    await visit(page, `/ivs-realtime/stages/${encodeURIComponent(stageArn)}`, "recorded");
    await join(page, "ann");
    await button("Publish this browser's camera").click();
    const files = async () => {
      const { Contents = [] } = await server.root.s3.send(
        new ListObjectsV2Command({ Bucket: "stage-takes" }),
      );
      return Contents.map(({ Key = "" }) => Key);
    };
    const has = (file: string) =>
      until(async () => (await files()).some((key) => key.endsWith(file)), file);
    await has("high/1.mp4");
    await button("Leave").click();
    await has("recording-ended.json");
    await visit(page, "/ivs/recordings", "Recordings");
    await page.getByText(/^recorded: participant /).waitFor();
    await page.getByText("Complete").waitFor();
    const plays = async (link: string) => {
      await page.locator(link).first().click();
      const video = page.getByLabel(/^Recording of /);
      await until(
        () => video.evaluate((element: HTMLVideoElement) => element.readyState >= 2),
        "the recording's first picture",
      );
    };
    await plays('a[href*="/ivs/recordings/stage-takes"]');
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: /^Actions on recording/ }).click();
    await page.getByRole("menuitem", { name: "Download as MP4" }).click();
    expect((await readFile(await (await download).path())).toString("latin1", 4, 8)).toBe("ftyp");

    // The same as a composition's, whose prefix has no time.
    const { s3 } = server.root;
    for (const key of await files()) {
      const [stage = "", , , , ...path] = key.split("/");
      const Key = [stage, "Composition1", "Destination1", "composite", ...path].join("/");
      const from = { Bucket: "stage-takes", CopySource: `stage-takes/${key}` };
      await s3.send(new CopyObjectCommand({ ...from, Key }));
    }
    await visit(page, "/", "Overview");
    await page.getByText(/^recorded: participant /).waitFor();
    await page.getByText("recorded: composition Composition1").waitFor();
    await visit(page, "/ivs/recordings", "Recordings");
    await page.getByText("recorded: composition Composition1").waitFor();
    await plays('a[href*="Composition1"]');
    await page.getByRole("button", { name: "Actions on recording Composition1" }).waitFor();
  });

  test("its composition is recorded where the form says", async () => {
    const video = { width: 320, height: 180, framerate: 10 };
    await realTimeOf(server).createEncoderConfiguration({ name: "small", video });
    await visit(page, "/ivs-realtime/compositions", "Compositions");
    await button("Start composition").first().click();
    const form = page.getByRole("dialog");
    const choose = async (label: string, option: RegExp) => {
      await form.getByRole("button", { name: label }).click();
      await page.getByRole("option", { name: option }).click();
    };
    await choose("Stage", /recorded/);
    await choose("Encoder configuration", /small/);
    await choose("Storage configuration", /takes/);
    await form.getByLabel("Segment length in seconds").fill("11");
    await form.getByText("A whole number from 2 to 10.").waitFor();
    await form.getByLabel("Segment length in seconds").fill("4");
    await form.getByText("Record a thumbnail each minute").click();
    await form.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByText("Starting").first().waitFor();
    const { compositions: [composition] = [] } = await realTimeOf(server).listCompositions({});
    const { arn = "" } = composition ?? {};
    const id = arn.split("/").at(-1) ?? "";
    await page.getByRole("row").filter({ hasText: id }).getByRole("radio").check();
    await page.locator(`a[href*="stage-takes"][href*="${id}"]`).waitFor();
    const got = await realTimeOf(server).getComposition({ arn });
    expect(got.composition?.destinations?.[0]?.configuration?.s3).toMatchObject({
      recordingConfiguration: { hlsConfiguration: { targetSegmentDurationSeconds: 4 } },
      thumbnailConfigurations: [{ storage: ["SEQUENTIAL"], targetIntervalSeconds: 60 }],
    });
    await realTimeOf(server).stopComposition({ arn });
    await page.getByText("Stopped").first().waitFor();
  });

  test("pages on a stage see each other, and one is disconnected", {
    // Two browsers' pages encode and decode beside the tests of other workers.
    timeout: 120_000,
  }, async () => {
    const realTime = realTimeOf(server);
    const { stage } = await realTime.createStage({ name: "panel" });
    const place = `/ivs-realtime/stages/${encodeURIComponent(stage?.arn ?? "")}`;
    const other = await browser.open(server.endpoint);
    await visit(other, place, "panel");
    await visit(page, place, "panel");
    await join(page, "ann");
    await join(other, "bob");
    await button("Publish this browser's camera", other).click();
    await other.getByLabel("Picture of this browser").waitFor();
    const picture = page.getByLabel("Picture of bob");
    await picture.waitFor();
    await until(
      () => picture.evaluate((video: HTMLVideoElement) => video.videoWidth > 0),
      "bob's picture on ann's page",
    );
    await page.getByText(/\d+ × \d+, \d+ frames\/s, [1-9]\d* kb\/s/).waitFor();
    await other.getByText("Microphone", { exact: true }).click();
    await page.getByText("muted", { exact: true }).waitFor();

    const row = page.getByRole("row").filter({ hasText: "bob" });
    await row.getByRole("checkbox").check();
    await button("Disconnect").click();
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
    await other.getByText(/PARTICIPANT_DISCONNECTED/).waitFor();
    await picture.waitFor({ state: "detached" });
    await button("Leave").click();
    await page.getByText("Not joined").waitFor();
    await until(async () => {
      const { stage: left } = await realTime.getStage({ arn: stage?.arn });
      return left?.activeSessionId === undefined;
    }, "the session's end");
    await other.close();

    await page.getByRole("tab", { name: "Sessions" }).click();
    await page.getByRole("row").filter({ hasText: "st-" }).getByRole("radio").check();
    await page.getByRole("row").filter({ hasText: "bob" }).getByRole("radio").check();
    await page.getByText("WHIP", { exact: true }).waitFor();
  });

  test("a token made on the page opens the stage, and allows no more than it says", async () => {
    const { stage } = await realTimeOf(server).createStage({ name: "tokens" });
    const place = `/ivs-realtime/stages/${encodeURIComponent(stage?.arn ?? "")}`;
    await visit(page, place, "tokens");
    await page.getByRole("tab", { name: "Tokens" }).click();
    await page.getByLabel("User ID").fill("carol");
    await page.getByText("Publish", { exact: true }).click();
    await button("Create token").click();
    const token = await page.getByText(/^ey/).textContent();
    const socket = await joinStage(token ?? "");
    await socket.seen("aws:ivs:STAGE_STATE");
    const offer = await fetch(`${server.endpoint}/ivs-realtime/whip/publish/none`, {
      method: "POST",
      headers: { "content-type": "application/sdp", authorization: `Bearer ${token}` },
      body: "v=0\r\n",
    });
    expect(offer.ok).toBe(false);
    socket.close();
    await button("Delete").click();
    await page.getByRole("dialog").getByRole("textbox").fill("delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { name: "Stages", level: 1 }).first().waitFor();
  });
});
