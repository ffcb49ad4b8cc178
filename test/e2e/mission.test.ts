import { CreateChannelCommand, DeleteChannelCommand, StopStreamCommand } from "@aws-sdk/client-ivs";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { type Encoder, type Film, makeFilm, publish } from "../scenarios/ivs/encoder.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

const ROLE = "AWSServiceRoleForIVSRecordToS3";
const BUCKET = "console-films";
const FILM_SECONDS = 40;

/** The browser's facts about an image. */
interface Picture {
  readonly naturalWidth: number;
}

/** Rolecast's main job, done with the mouse, without a command line. */
describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let film: Film;
  let page: Page;
  const encoders: Encoder[] = [];

  startConsole("mission", async (started) => {
    ({ server, browser } = started);
    [page, film] = await Promise.all([browser.open(server.endpoint), makeFilm(FILM_SECONDS)]);
  });
  afterAll(async () => {
    for (const encoder of encoders) encoder.kill();
  });

  test("a bucket, and a recording configuration that brings the role", async () => {
    await visit(page, "/s3/buckets", "Buckets");
    await button("Create bucket").first().click();
    await page.getByLabel("Bucket name").fill(BUCKET);
    await button("Create").click();
    await page.getByRole("link", { name: BUCKET }).waitFor();

    await visit(page, "/ivs/recording-configurations", "Recording configurations");
    await button("Create recording configuration").first().click();
    await page.getByLabel("Name", { exact: true }).fill("films");
    await page.getByRole("combobox", { name: "Bucket" }).click();
    await page.getByRole("option", { name: BUCKET }).click();
    await page.getByText("Record thumbnails").click();
    await page.getByLabel("Thumbnail every, seconds").fill("5");
    await button("Create").click();
    await page.getByText("Active", { exact: true }).waitFor();
    await takePicture(page, "recording-configurations");

    await visit(page, `/iam/roles/${ROLE}`, ROLE);
    await page.getByText("Protected: this role belongs to a service").waitFor();
    await page.getByRole("cell", { name: "us-east-1", exact: true }).waitFor();
    await takePicture(page, "service-linked-role");
  });

  test("a channel by the wizard, streamed to with the settings that its page shows", async () => {
    await visit(page, "/ivs/channels/create", "Channel details");
    await page.getByLabel("Channel name").fill("stage");
    await page.getByRole("radio", { name: "Basic" }).click();
    await page.getByText("Insecure ingest (RTMP)").click();
    await takePicture(page, "create-channel");
    await button("Next").click();
    await page.getByRole("button", { name: /Recording configuration/ }).click();
    await page.getByRole("option", { name: /films/ }).click();
    await button("Skip to Review").click();
    await button("Create channel").click();
    await page.getByRole("heading", { name: "stage", level: 1 }).waitFor();

    await button("Show stream key").click();
    await page.getByRole("tab", { name: "ffmpeg" }).click();
    const line = (await page.locator(".cli-line", { hasText: "film.mp4" }).textContent()) ?? "";
    const url = /'(rtmp:\/\/localhost:\d+\/app\/sk_us-east-1_\w+)'/.exec(line)?.[1] ?? line;
    encoders.push(publish(film, url));
  });

  test("is watched live, measured, and stopped", async () => {
    await page.getByText("Live, healthy").waitFor();
    await framesShown(page, "Live preview of stage");
    await page.getByRole("heading", { name: /^Bitrate, kbit\/s: \d{3}/ }).waitFor();
    await page.getByRole("heading", { name: /^Frame rate, frames\/s: (29|3\d)$/ }).waitFor();
    await takePicture(page, "live");
    await page.getByRole("tab", { name: "Metrics" }).click();
    await page.getByRole("heading", { name: /^Video, kbit\/s: \d{3}/ }).waitFor();
    await page.getByRole("heading", { name: /^Keyframe interval, s: \d/ }).waitFor();
    await takePicture(page, "metrics");
    await page.getByRole("tab", { name: "Live" }).click();
    // Ten seconds make the first file of the recording.
    await page.getByText(/Running for\s*([1-9]\d s|\d+ min)/).waitFor();
    await button("Stop stream").click();
    await page.getByText("The stream is stopped.").waitFor();
    for (const encoder of encoders) encoder.kill();
    await page.getByText("Nobody is streaming").waitFor();
    await page.getByRole("tab", { name: "Sessions" }).click();
    await page.getByRole("radio", { name: /^st-/ }).click();
    await page.getByText(/Recording Start/).waitFor();
    await page.getByText(/Stream End/).waitFor();
    await takePicture(page, "session");
  });

  test("the recording is found by day, and played from its bucket", async () => {
    await button("Recordings").click();
    const recording = page.getByRole("link", { name: /^\d{4}-\d\d-\d\d \d\d:\d\d/ });
    const thumbnail = page.getByRole("img", { name: /^Recording \w+/ });
    const width = () => thumbnail.evaluate((image) => (image as unknown as Picture).naturalWidth);
    await expect.poll(width).toBeGreaterThan(0);
    await takePicture(page, "recordings");
    await recording.click();
    await page.getByText("Complete").waitFor();
    const video = page.getByLabel(/^Recording of/);
    await video.evaluate((element) => (element as unknown as { play(): Promise<void> }).play());
    await framesShown(page, /^Recording of/);
    await takePicture(page, "recording");
    await page.getByText("events/recording-ended.json").waitFor();
    await page.getByText("media/hls/180p30/0.ts").waitFor();
  });

  test("an encoder that is refused is on its channel's page, with the reason", async () => {
    const { ivs } = server.root;
    const { channel, streamKey } = await ivs.send(new CreateChannelCommand({ name: "rtmps-only" }));
    encoders.push(publish(film, `${await rtmpUrl()}/${streamKey?.value}`));
    await visit(page, `/ivs/channels/${encodeURIComponent(channel?.arn ?? "")}`, "rtmps-only");
    await page.getByText("An encoder was refused").waitFor();
    await page.getByText(/This channel takes RTMPS only/).waitFor();
    await ivs.send(new DeleteChannelCommand({ arn: channel?.arn }));
  });

  test("a private channel opens to a token whose key was made in the page", async () => {
    const { ivs } = server.root;
    const { channel, streamKey } = await ivs.send(
      new CreateChannelCommand({ name: "backstage", authorized: true, insecureIngest: true }),
    );
    encoders.push(publish(film, `${await rtmpUrl()}/${streamKey?.value}`));

    await visit(page, "/ivs/playback-keys", "Playback keys");
    await button("Create key pair").first().click();
    await page.getByLabel("Name", { exact: true }).fill("web");
    await button("Create").click();
    await page.getByText("This is the only time").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Make a token" }).click();
    await page.getByRole("button", { name: /^Channel/ }).click();
    await page.getByRole("option", { name: /backstage/ }).click();
    await button("Make token").click();
    await expect.poll(async () => (await fetch(channel?.playbackUrl ?? "")).status).toBe(403);
    await page.getByRole("link", { name: "Watch the channel with it" }).click();
    await framesShown(page, "Live preview of backstage");
    // First the stream: one whose encoder has gone may be over already.
    await ivs.send(new StopStreamCommand({ channelArn: channel?.arn }));
    for (const encoder of encoders) encoder.kill();
    await ivs.send(new DeleteChannelCommand({ arn: channel?.arn }));
  });

  test("the role can't be deleted while it is used, and can be afterwards", async () => {
    await visit(page, `/iam/roles/${ROLE}`, ROLE);
    await button("Delete").click();
    await button("Delete role").click();
    await page.getByText("The role is in use", { exact: true }).waitFor();
    await page
      .getByText(/recording-configuration\/\w+$/)
      .last()
      .waitFor();
    await takePicture(page, "role-in-use");
    await button("Close").click();

    await visit(page, "/ivs/channels", "Channels");
    await page.getByRole("checkbox", { name: /:channel\// }).click();
    await confirmDeletion();
    await page.getByText("No channels in this Region").waitFor();

    await visit(page, "/ivs/recording-configurations", "Recording configurations");
    await page.getByRole("checkbox", { name: /:recording-configuration\// }).click();
    await confirmDeletion();
    await page.getByText("No recording configurations in this Region").waitFor();

    await visit(page, `/iam/roles/${ROLE}`, ROLE);
    await page.getByText("the role can be deleted").waitFor();
    await button("Delete").click();
    await button("Delete role").click();
    await page.getByText(`Role ${ROLE} is deleted.`).waitFor();
    await page.getByRole("heading", { name: "Roles", level: 1 }).waitFor();
  });

  async function rtmpUrl(): Promise<string> {
    const health: unknown = await (await fetch(`${server.endpoint}/_rolecast/health`)).json();
    const { rtmpPort } = (health as { readonly ivs: { readonly rtmpPort: number } }).ivs;
    return `rtmp://localhost:${rtmpPort}/app`;
  }

  function button(name: string) {
    return page.getByRole("button", { name, exact: true });
  }

  async function confirmDeletion(): Promise<void> {
    await button("Delete").first().click();
    await page.getByLabel(/^To confirm/).fill("delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  }
});

/** Resolves when the player has drawn pictures. */
async function framesShown(page: Page, label: string | RegExp): Promise<void> {
  const video = page.getByLabel(label);
  await expect
    .poll(() =>
      video.evaluate((element) => {
        const player = element as unknown as {
          getVideoPlaybackQuality(): { totalVideoFrames: number };
        };
        return player.getVideoPlaybackQuality().totalVideoFrames;
      }),
    )
    .toBeGreaterThan(30);
}
