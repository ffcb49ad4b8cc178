import { CreateParticipantTokenCommand, type IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { realTimeOf } from "../contract/ivs-realtime/support.ts";
import { allow, createUser } from "../support/principals.ts";
import { until } from "../support/until.ts";
import { overflow, violations } from "./axe.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { resize } from "./settled.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

/* Guests of a stage, who have a link and no key. */

const WIDE = { width: 1_280, height: 800 };
const PHONE = { width: 390, height: 844 };

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let page: Page;
  let stageArn = "";

  startConsole("join", async (started) => {
    ({ server, browser } = started);
    page = await browser.open(server.endpoint);
    const { stage } = await realTimeOf(server).createStage({ name: "talk" });
    stageArn = stage?.arn ?? "";
  });

  const place = () => `/ivs-realtime/stages/${encodeURIComponent(stageArn)}`;
  const button = (name: string, on = page) => on.getByRole("button", { name, exact: true });

  /** A page of somebody who has the link alone. */
  async function guest(link: string): Promise<Page> {
    const opened = await browser.blank();
    await opened.setViewportSize(PHONE);
    await opened.goto(link);
    await opened.getByRole("heading", { level: 1 }).waitFor();
    return opened;
  }

  async function shownLink(): Promise<string> {
    const dialog = page.getByRole("dialog", { name: "Join link" });
    await dialog.getByRole("img", { name: "QR code of the join link" }).waitFor();
    return (await dialog.getByText(/#\/join\?/).textContent()) ?? "";
  }

  async function faults(on: Page): Promise<readonly string[]> {
    const found: string[] = [];
    for (const size of [WIDE, PHONE]) {
      await resize(on, size);
      found.push(...(await violations(on)), ...(await overflow(on)));
    }
    return found;
  }

  async function sees(on: Page, name: string): Promise<void> {
    const picture = on.getByLabel(`Picture of ${name}`, { exact: true });
    await picture.waitFor();
    const drawn = () => picture.evaluate((video: HTMLVideoElement) => video.videoWidth > 0);
    await until(drawn, `the picture of ${name}`);
  }

  test("a link from the stage's page joins from a telephone, with the token in the fragment", {
    timeout: 120_000,
  }, async () => {
    await visit(page, place(), "talk");
    await button("Copy join link").click();
    const link = await shownLink();
    expect(new URL(link).search).toBe("");
    expect(await faults(page)).toEqual([]);
    await takePicture(page, "join-link");
    await resize(page, WIDE);
    await page.keyboard.press("Escape");

    const phone = await guest(link);
    const asked: string[] = [];
    phone.on("request", (request) => asked.push(request.url()));
    await phone.getByText("You are guest.").waitFor();
    await takePicture(phone, "join-before");
    expect(await faults(phone)).toEqual([]);
    await button("Join with camera and microphone", phone).click();
    await sees(phone, "this browser");
    await page.getByLabel("User ID").fill("ann");
    await button("Join").click();
    await sees(page, "guest");
    await button("Publish this browser's camera").click();
    await sees(phone, "ann");
    await takePicture(phone, "join-on-stage");
    expect(await faults(phone)).toEqual([]);
    expect(asked.filter((url) => url.includes("ey"))).toEqual([]);
    await button("Leave", phone).click();
    await button("Join with camera and microphone", phone).waitFor();
    await button("Leave").click();
    await phone.close();
  });

  test("a guest who only watches publishes nothing", async () => {
    await visit(page, place(), "talk");
    await button("Copy join link").click();
    const first = await shownLink();
    await button("A link for somebody else").click();
    await page.getByLabel("Name", { exact: true }).fill("zoë");
    await page.getByText("Only watches", { exact: true }).click();
    await button("Make link").click();
    await page.getByText(/^For zoë/).waitFor();
    const link = await shownLink();
    expect(link).not.toBe(first);
    await page.keyboard.press("Escape");
    const watcher = await guest(link);
    await watcher.getByText("You are zoë. With this link you watch.").waitFor();
    expect(await watcher.getByRole("button").allInnerTexts()).toEqual(["Join"]);
    await button("Join", watcher).click();
    await watcher.getByText("Nobody else is in the picture yet.").waitFor();
    await watcher.close();
  });

  test("a link is made with the permissions of the user who makes it", async () => {
    const key = await createUser(server.root.iam, "looker", [allow("ivs:GetStage")]);
    const own = await browser.open(server.endpoint, key);
    await visit(own, place(), "talk");
    await button("Copy join link", own).click();
    await own
      .getByText(/not authorized to perform: ivs:CreateParticipantToken/)
      .first()
      .waitFor();
    expect(await own.getByText(/#\/join\?/).count()).toBe(0);
    await own.close();
  });

  test("a link that was cut off, or is over, says so", async () => {
    const cut = await browser.blank();
    await cut.goto(`${server.endpoint}/#/join?token=eyJhbGciOi`);
    await cut.getByText("This isn't a whole join link").waitFor();
    expect(await faults(cut)).toEqual([]);
    await cut.close();
    const realTime: IVSRealTime = realTimeOf(server);
    const { participantToken } = await realTime.send(
      new CreateParticipantTokenCommand({ stageArn, userId: "late" }),
    );
    const { token = "", participantId } = participantToken ?? {};
    const late = await guest(`${server.endpoint}/#/join?${new URLSearchParams({ token })}`);
    await realTime.disconnectParticipant({ stageArn, participantId });
    await button("Only watch", late).click();
    await late.getByText(/^PARTICIPANT_DISCONNECTED/).waitFor();
    await button("Only watch", late).waitFor();
    await late.close();
  });
});
