import { CreateAccessKeyCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { CreateRecordingConfigurationCommand, GetChannelCommand } from "@aws-sdk/client-ivs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { cloudFormationOf } from "../contract/cloudformation/support.ts";
import { chatOf } from "../contract/ivs-chat/support.ts";
import { realTimeOf } from "../contract/ivs-realtime/support.ts";
import { organizationsOf } from "../contract/organizations/support.ts";
import { clientsOf, type Key } from "../support/test-server.ts";
import { overflow, violations } from "./axe.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { furnish, PAGES, PLAYBACK_CONFIGURATION } from "./every-page.ts";
import { resize } from "./settled.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

/** The major version of the browser that the tests start. */
const WINDOW_WIDTH = 1280;
/** The narrowest that telephones are. */
const PHONE = { width: 375, height: 812 };
/** The parts in which axe looks at the pages: each has a test's time. */
const PARTS = [0, 1, 2];
/** The colours come from the same components everywhere: one page of each kind will do. */
const IN_DARK_TOO = ["/ivs/channels", "/ivs/channels/:channel", "/s3/buckets/page-films"];

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  /** The ids in the pages' addresses. */
  let arns: Record<string, string>;
  let nobody: Key;
  let denialLink = "";

  startConsole("pages", async (started) => {
    ({ server, browser } = started);
    arns = await furnish(
      server.root,
      organizationsOf(server),
      cloudFormationOf(server),
      chatOf(server),
      realTimeOf(server),
    );
    nobody = await nobodysKey();
    denialLink = await linkOfDenial(nobody);
    arns.denial = denialLink.split("/").at(-1) ?? "";
  });

  /** Adds what is wrong on a page to the list. */
  async function look(page: Page, [place, heading]: (typeof PAGES)[number], found: string[]) {
    await visit(page, addressOf(place), heading);
    await settled(page);
    const titles = await page.getByRole("heading", { level: 1 }).allTextContents();
    if (titles.length > 1) found.push(`${place}: titles ${titles.join(" | ")}`);
    const faults = [
      ...(await violations(page)),
      ...(await overflow(page)),
      ...(await wordless(page)),
    ];
    found.push(...faults.map((text) => `${place}: ${text}`));
  }

  // Every page takes axe a second or two beside other browsers.
  test.each(PARTS)("axe finds nothing serious on any page, part %i", async (part) => {
    const page = await browser.open(server.endpoint);
    const found: string[] = [];
    const own = PAGES.filter((_, index) => index % PARTS.length === part);
    for (const one of own) await look(page, one, found);
    expect(found).toEqual([]);
    await page.close();
  });

  test("axe finds nothing serious in the help, and in the dark on a telephone", async () => {
    const page = await browser.open(server.endpoint);
    const found: string[] = [];
    await visit(page, "/s3/buckets/page-films", "page-films");
    const beside = await page.getByRole("columnheader", { name: "Last modified" }).boundingBox();
    expect(beside?.x, "where the dates stand, beside a long name").toBeLessThan(WINDOW_WIDTH);
    await visit(page, "/iam/roles", "Roles");
    await page.getByRole("button", { name: "Info on Roles" }).click();
    await page.getByRole("link", { name: "Service-linked roles" }).waitFor();
    found.push(...(await violations(page)).map((text) => `help: ${text}`));
    await page.getByRole("button", { name: "Close help" }).click();
    await page.getByRole("button", { name: "Dark mode" }).click();
    await resize(page, PHONE);
    for (const one of PAGES.filter(([place]) => IN_DARK_TOO.includes(place)))
      await look(page, one, found);
    expect(found).toEqual([]);
  });

  test.each(PARTS)(
    "each page shows AWS's refusal in the dark, on a telephone, part %i",
    async (part) => {
      const page = await browser.open(server.endpoint, nobody);
      await resize(page, PHONE);
      const silent: string[] = [];
      const found: string[] = [];
      const refusing = PAGES.filter(([, , refused]) => refused.source !== "^$");
      const own = refusing.filter((_, index) => index % PARTS.length === part);
      for (const [place, heading, refused] of own) {
        await visit(
          page,
          addressOf(place),
          /ivs(?:chat)?:Get/.test(refused.source) ? /./ : heading,
        );
        const refusal = page.getByText(refused).first();
        await refusal.waitFor().catch(() => silent.push(place));
        await settled(page);
        if (place === "/iam/users") {
          await page.getByRole("link", { name: /#\/authorization-details\// }).waitFor();
        }
        const faults = [
          ...(IN_DARK_TOO.includes(place) ? await violations(page) : []),
          ...(await overflow(page)),
        ];
        found.push(...faults.map((text) => `${place}: ${text}`));
      }
      expect(silent).toEqual([]);
      expect(found).toEqual([]);
      await page.close();
    },
  );

  test("each setting of a channel is changed in its page, within what IVS allows", async () => {
    const { ivs } = server.root;
    const page = await browser.open(server.endpoint);
    await visit(page, addressOf("/ivs/channels/:channel"), "stage");
    await page.getByRole("tab", { name: "Configuration" }).click();
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    const dialog = page.getByRole("dialog");
    const save = async () => {
      await dialog.getByLabel("Channel name").press("Enter");
      await dialog.waitFor({ state: "detached" });
      return (await ivs.send(new GetChannelCommand({ arn: arns.channel }))).channel;
    };
    await button("Edit").click();
    expect(await dialog.getByLabel("Multitrack video").isDisabled()).toBe(true);
    await dialog.getByRole("radio", { name: "Advanced HD" }).click();
    await dialog.getByRole("radio", { name: "Constrained bandwidth" }).click();
    await dialog.getByRole("radio", { name: "Normal" }).click();
    await dialog.getByText("Private channel").click();
    await dialog.getByText("Insecure ingest (RTMP)").click();
    await dialog.getByRole("button", { name: /^Ad configuration/ }).click();
    await page.getByRole("option", { name: "breaks" }).click();
    expect(await dialog.getByRole("radio", { name: "Fragmented MP4" }).isDisabled()).toBe(true);
    await takePicture(page, "edit-channel");
    expect(await save()).toMatchObject({
      type: "ADVANCED_HD",
      preset: "CONSTRAINED_BANDWIDTH_DELIVERY",
      latencyMode: "NORMAL",
      authorized: true,
      insecureIngest: true,
      adConfigurationArn: arns.ads,
    });
    await button("Edit").click();
    await dialog.getByRole("radio", { name: "Standard" }).click();
    await dialog.getByRole("button", { name: /^Ad configuration/ }).click();
    await page.getByRole("option", { name: "No ads" }).click();
    await dialog.getByRole("radio", { name: "Fragmented MP4" }).click();
    await dialog.getByText("Multitrack video").click();
    await dialog.getByRole("radio", { name: "Require" }).click();
    expect(await save()).toMatchObject({
      type: "STANDARD",
      preset: "",
      containerFormat: "FRAGMENTED_MP4",
      multitrackInputConfiguration: { enabled: true, policy: "REQUIRE" },
      adConfigurationArn: "",
    });
    await page.getByText("REQUIRE, up to FULL_HD").waitFor();
    const lost = new CreateRecordingConfigurationCommand({
      name: "lost",
      destinationConfiguration: { s3: { bucketName: "no-such-bucket" } },
    });
    arns.lost = (await ivs.send(lost)).recordingConfiguration?.arn ?? "";
    await visit(page, addressOf("/ivs/recording-configurations/:lost"), "lost");
    await page.getByText(/wasn't one of this account in this Region/).waitFor();
  });

  test("ads, playback keys and restriction policies are tagged on their pages", async () => {
    const page = await browser.open(server.endpoint);
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    await visit(page, "/ivs/ad-configurations", "Ad configurations");
    await button("Create ad configuration").click();
    await page.getByLabel("Configuration name").fill("late");
    await page.getByLabel("Playback configurations").fill(PLAYBACK_CONFIGURATION);
    await page.getByRole("dialog").getByText("Post-roll", { exact: true }).click();
    await page.getByLabel("Post-roll, seconds").fill("301");
    await button("Save").click();
    await page.getByText(/durationSeconds.* less than or equal to 300/).waitFor();
    await page.getByLabel("Post-roll, seconds").fill("20");
    await button("Add tag").click();
    await page.getByLabel("Key of tag 1").fill("team");
    await page.keyboard.press("Enter");
    await page.getByRole("row", { name: /late 00000000-0000 20 s/ }).waitFor();
    await takePicture(page, "ad-configurations");
    await page.getByRole("link", { name: "late" }).click();
    await page.getByText("team", { exact: true }).waitFor();
    const tagged = ["/ivs/playback-keys/:key", "/ivs/restriction-policies/:restriction"];
    for (const place of tagged) {
      await visit(page, addressOf(place), /./);
      await button("Edit tags").click();
      await button("Add tag").click();
      await page.getByLabel("Key of tag 1").fill("team");
      await page.getByLabel("Value of tag 1").fill("doors");
      await page.keyboard.press("Enter");
      await page.getByText("doors", { exact: true }).waitFor();
    }
    await visit(page, "/ivs/ad-configurations", "Ad configurations");
    await page.getByRole("row", { name: /late/ }).getByRole("checkbox").click();
    await button("Delete").click();
    await page.getByLabel(/^To confirm/).fill("delete");
    await page.keyboard.press("Enter");
    await page.getByText("Ad configuration late is deleted.").waitFor();
  });

  test("a denial's own link leads to why and to what would allow it", async () => {
    const page = await browser.blank();
    await page.goto(denialLink);
    await page.getByText("because no identity-based policy allows the iam:ListUsers").waitFor();
    await page.getByText(/allows exactly iam:ListUsers/).waitFor();
    await page.getByText("aws:principaltype", { exact: false }).waitFor();
    await takePicture(page, "authorization-details");
  });

  function addressOf(place: string): string {
    return place.replace(/:(\w+)/, (_, name: string) => encodeURIComponent(arns[name] ?? ""));
  }

  /** The page that IAM's denial links to. */
  async function linkOfDenial(key: Key): Promise<string> {
    const { iam } = clientsOf(server.endpoint, key, "us-east-1");
    const message = await iam.send(new ListUsersCommand({})).then(String, String);
    return /Go to (\S+) for complete details/.exec(message)?.[1] ?? message;
  }

  async function nobodysKey(): Promise<Key> {
    const { iam } = server.root;
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "nobody" }));
    return {
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    };
  }
});

/** Headings, columns and labels without a word. */
async function wordless(page: Page): Promise<readonly string[]> {
  const found: unknown = await page.evaluate(
    `[...document.querySelectorAll("h1, h2, h3, th, label, legend, dt, [role=tab]")]
      .filter((one) => one.innerText.trim() === "" && !one.querySelector("input"))
      .map(({ outerHTML }) => "no words in " + outerHTML.slice(0, 160))`,
  );
  return Array.isArray(found) ? found.map(String) : ["the page didn't answer"];
}

/** Nothing on the page says any more that it loads. */
async function settled(page: Page): Promise<void> {
  const loading = page
    .locator('[class*="awsui_status-loading"], [class*="awsui_rotator"]')
    .or(page.getByText(/^Loading /));
  await expect.poll(() => loading.allTextContents(), { message: page.url() }).toEqual([]);
}
