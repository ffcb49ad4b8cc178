import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { ListChannelsCommand } from "@aws-sdk/client-ivs";
import {
  CreateBucketCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { overflow, violations } from "./axe.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { listObjectsAnswer } from "./many-objects.ts";
import { resize } from "./settled.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

const WIDE = { width: 1_280, height: 900 };
const NARROW = { width: 400, height: 850 };
const STAGE = "test-picture";

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let page: Page;

  startConsole("first-minute", async (started) => {
    ({ server, browser } = started);
    page = await browser.open(server.endpoint);
  });

  test("one click makes what a stream needs, streams, plays and records", async () => {
    await page.getByText("From nothing to a recording").waitFor();
    expect(await ticked()).toEqual([]);
    await faultless();
    await button("Stream a test picture").click();
    await heading(STAGE);
    await page.getByText(/^A test picture is streaming/).waitFor();
    await page.getByText("Live, healthy").waitFor();
    await framesShown(`Live preview of ${STAGE}`);
    await takePicture(page, "test-picture");
    await visit(page, "/", "Overview");
    await page.getByRole("heading", { name: "Live now" }).waitFor();
    await page.getByText(/viewers?, [\d,]+ kbit\/s/).waitFor();
    await framesShown(`Picture of ${STAGE}`, 1);
    // Its recording is listed as soon as its first file is in the bucket.
    await page.getByRole("heading", { name: "Last recordings" }).waitFor();
    await page.getByRole("img", { name: /^Recording \w+/ }).waitFor();
    await takePicture(page, "overview-live");
    expect(await page.getByText("From nothing to a recording").count()).toBe(0);
  });

  test("the test picture is stopped, and streams again on the same channel", async () => {
    await page.getByRole("link", { name: STAGE, exact: true }).click();
    await button("Stop stream").click();
    await page.getByText("Nobody is streaming").waitFor();
    await faultless();
    await button("Stream a test picture").click();
    await page.getByText("Live, healthy").waitFor();
    await button("Stop stream").click();
    await page.getByText("Nobody is streaming").waitFor();
    const { channels } = await server.root.ivs.send(new ListChannelsCommand({}));
    expect(channels).toMatchObject([{ name: STAGE, type: "BASIC" }]);
  });

  test("the overview shows who was denied what, and the server's health", async () => {
    const { iam } = server.root;
    await iam.send(new CreateUserCommand({ UserName: "leaver" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "leaver" }));
    const PolicyArn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } =
      AccessKey ?? {};
    const own = server.clients({ accessKeyId, secretAccessKey });
    await expect(own.iam.send(new ListUsersCommand({}))).rejects.toThrow(/iam:ListUsers/);
    await iam.send(new AttachUserPolicyCommand({ UserName: "leaver", PolicyArn }));
    await visit(page, "/", "Overview");
    await page.getByText("iam:ListUsers to user/leaver").waitFor();
    await page.getByText(/^RTMPS \d+/).waitFor();
    await faultless();
    await takePicture(page, "overview");
    await page.getByRole("link", { name: "Why?" }).first().click();
    await heading("Authorization details");
  });

  test("one search finds pages, resources and documentation by the keyboard", async () => {
    let readRecordings = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      readRecordings = resolve;
    });
    const configurations = "**/ListRecordingConfigurations";
    await page.route(configurations, (route) => asked.then(() => route.continue()));
    await page.keyboard.press("/");
    const search = page.getByRole("searchbox", { name: "Search" });
    const dialog = page.getByRole("dialog");
    await search.fill("leaver");
    await dialog.getByRole("link", { name: "leaver", exact: true }).waitFor();
    await dialog.getByText(/found\. Still reading\.$/).waitFor();
    readRecordings();
    await dialog.getByText(/found\.$/).waitFor();
    await page.unroute(configurations);
    await faultless();
    await takePicture(page, "search");
    await page.keyboard.press("Enter");
    await heading("leaver");
    await page.keyboard.press("Control+k");
    await search.fill("operations");
    const docs = page.getByRole("link", { name: "Operations", exact: true });
    expect(await docs.getAttribute("href")).toMatch(/^\/_rolecast\/docs\/operations/);
    await page.keyboard.press("Escape");
    await search.waitFor({ state: "detached" });
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await faultless();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("b");
    await heading("Buckets");
    await button("Help").click();
    await page.getByRole("menuitem", { name: /^Documentation/ }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Signed in as root @ \d{12}/ }).waitFor();
  });

  test("a user goes with what hangs on them, which is listed before", async () => {
    await visit(page, "/iam/users", "Users");
    await page.getByRole("checkbox", { name: "leaver" }).click();
    await button("Delete").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Attachment of ReadOnlyAccess").waitFor();
    await dialog.getByText(/^Access key AKIA/).waitFor();
    await faultless();
    await takePicture(page, "delete-user");
    await confirm();
    await page.getByText("User leaver is deleted.").waitFor();
    const { Users } = await server.root.iam.send(new ListUsersCommand({}));
    expect(Users).toEqual([]);
    await button("Copy as AWS CLI").click();
    await page.locator(".cli-line").first().waitFor();
    const lines = await page.locator(".cli-line").allTextContents();
    expect(lines.join("\n")).toMatch(/delete-access-key .*--user-name leaver/);
    expect(lines.join("\n")).toMatch(/detach-user-policy .*--user-name leaver/);
    await page.keyboard.press("Escape");
  });

  test("objects, folders, versions and buckets go, and the list returns to its place", async () => {
    const { s3 } = server.root;
    const Bucket = "attic";
    await s3.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    for (const Key of ["a.txt", "a.txt", "box/1", "box/2", "lamp"]) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    }
    await visit(page, `/s3/buckets/${Bucket}`, Bucket);
    await page.getByRole("checkbox", { name: "box/" }).click();
    await button("Delete").click();
    await page.getByText("Folders go with everything below them.").waitFor();
    await confirm();
    await page.getByText("Object box/ is deleted.").waitFor();
    await page.getByRole("link", { name: "lamp" }).click();
    await heading("lamp");
    await button("Delete").click();
    await confirm();
    await page.getByText("Object lamp is deleted.").waitFor();
    await page.getByText("Show versions").click();
    await page.getByRole("columnheader", { name: "Size" }).getByRole("button").click();
    await expect.poll(() => page.url()).toContain("versions=shown&versions.sort=size");
    for (const box of await page.getByRole("checkbox", { name: /^a\.txt / }).all()) {
      await box.click();
    }
    await button("Delete version").click();
    await confirm();
    await page.getByText("2 versions are deleted.").waitFor();

    await visit(page, "/s3/buckets", "Buckets");
    await page.getByRole("columnheader", { name: "Created" }).getByRole("button").click();
    await page.getByRole("link", { name: Bucket }).click();
    await heading(Bucket);
    await page.goBack();
    await heading("Buckets");
    expect(page.url()).toContain("buckets.sort=created");
    await page.getByRole("checkbox", { name: Bucket }).click();
    await button("Delete").click();
    await page.getByText("attic: 6 objects, versions and delete markers").waitFor();
    await faultless();
    await confirm();
    await page.getByText(`Bucket ${Bucket} is deleted.`).waitFor();
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([expect.stringMatching(/^rolecast-rec/)]);
    const emptied = (await s3.send(new ListBucketsCommand({}))).Buckets?.[0]?.Name ?? "";
    await visit(page, `/s3/buckets/${emptied}`, emptied);
    await button("Empty").click();
    await confirm();
    await page.getByText(`Bucket ${emptied} is empty.`).waitFor();
    await page.getByText("No objects", { exact: true }).waitFor();
  });

  test("a list of 10,000 objects says what it leaves out, and the server searches", async () => {
    const Bucket = "crowded";
    await server.root.s3.send(new CreateBucketCommand({ Bucket }));
    await page.route(/\/crowded\/?\?.*list-type=2/, (route) =>
      route.fulfill({ contentType: "application/xml", body: listObjectsAnswer(route.request()) }),
    );
    await visit(page, `/s3/buckets/${Bucket}`, Bucket);
    await page.getByText("(2,000+)").waitFor();
    const times: Record<string, number> = {};
    const timed = async (what: string, act: () => Promise<unknown>) => {
      const startMs = performance.now();
      await act();
      times[what] = Math.round(performance.now() - startMs);
    };
    await timed("next page", async () => {
      await button("Next page").click();
      await page.getByRole("link", { name: "object-0050" }).waitFor();
    });
    await timed("found by the server", async () => {
      await page.getByRole("searchbox", { name: "Find objects" }).fill("object-98");
      await page.getByText("100 begin with it").first().waitFor();
    });
    await expect.poll(() => page.url()).toContain("objects.find=object-98");
    await page.getByRole("link", { name: "object-9801" }).waitFor();
    await faultless();
    await page.reload();
    await page.getByText("100 begin with it").first().waitFor();
    await page.getByRole("searchbox", { name: "Find objects" }).fill("");
    for (const shown of ["(4,000+)", "(8,000+)", "(10,000)"]) {
      await timed(`all up to ${shown}`, async () => {
        await button("Load more").click();
        await page.getByText(shown).waitFor();
      });
    }
    await timed("found among 10,000", async () => {
      await page.getByRole("searchbox", { name: "Find objects" }).fill("t-99");
      await page.getByText("100 found").first().waitFor();
    });
    await timed("sorted 10,000", async () => {
      await page.getByRole("searchbox", { name: "Find objects" }).fill("");
      await page.getByRole("columnheader", { name: "Size" }).getByRole("button").click();
      await page.getByRole("link", { name: "object-9999" }).waitFor();
    });
    process.stdout.write(`A list of 10,000 objects, in ms: ${JSON.stringify(times)}\n`);
  });

  function button(name: string) {
    return page.getByRole("button", { name, exact: true });
  }

  async function heading(name: string): Promise<void> {
    await page.getByRole("heading", { name, level: 1, exact: true }).waitFor();
  }

  async function confirm(): Promise<void> {
    await page.getByLabel(/^To confirm/).fill("delete");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }

  /** The steps of the checklist that are done. */
  function ticked(): Promise<readonly string[]> {
    const done = page.getByRole("img", { name: "Done" });
    return page.getByRole("listitem").filter({ has: done }).allTextContents();
  }

  /** Wide and narrow, nothing scrolls sideways and axe finds nothing serious. */
  async function faultless(): Promise<void> {
    const found: string[] = [];
    for (const size of [NARROW, WIDE]) {
      await resize(page, size);
      const faults = [...(await violations(page, size === WIDE)), ...(await overflow(page))];
      found.push(...faults.map((fault) => `${size.width}: ${fault}`));
    }
    expect(found).toEqual([]);
  }

  /** Resolves once the player has drawn pictures. */
  async function framesShown(label: string, min = 10): Promise<void> {
    const frames = () =>
      page.getByLabel(label).evaluate((element) => {
        const video = element as unknown as {
          getVideoPlaybackQuality(): { totalVideoFrames: number };
        };
        return video.getVideoPlaybackQuality().totalVideoFrames;
      });
    await expect.poll(frames).toBeGreaterThanOrEqual(min);
  }
});
