import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateAccessKeyCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import { ListBucketsCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Locator, Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { violations } from "./axe.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { putRecording } from "./recorded-stream.ts";
import { resize } from "./settled.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

/** Colours are looked at here: they are the same at every width. */
const WIDE = 1_280;
const WIDTHS = [WIDE, 400];
const ROLE = "AWSServiceRoleForIVSRecordToS3";
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let page: Page;
  let folder = "";

  startConsole("walk", async (started) => {
    ({ server, browser } = started);
    page = await browser.open(server.endpoint);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    folder = await mkdtemp(join(tmpdir(), "rolecast-walk-"));
    await mkdir(join(folder, "photos/deep"), { recursive: true });
    await writeFile(join(folder, "photos/dot.bin"), PNG);
    await writeFile(join(folder, "photos/deep/note"), "a note without a type");
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(WIDTHS)(
    "at %d pixels a denial shows its result and caller without scrolling",
    async (width) => {
      await resize(page, { width, height: 900 });
      await denySomething(`walker-${width}`);
      for (const [tab, result] of [
        ["Calls", "Result"],
        ["Decisions", "Decision"],
      ] as const) {
        await visit(page, "/activity", "Activity");
        await page.getByRole("tab", { name: tab }).click();
        if (tab === "Calls") await everyCall();
        await page
          .getByRole("row", { name: new RegExp(`walker-${width}`) })
          .first()
          .waitFor();
        // On a telephone the caller stands below the operation.
        const seen =
          width < 600
            ? page.getByText(new RegExp(`^by (?:user/)?walker-${width}$`)).first()
            : page.getByRole("columnheader", { name: "Caller", exact: true });
        for (const shown of [page.getByRole("columnheader", { name: result, exact: true }), seen]) {
          const box = await shown.boundingBox();
          expect((box?.x ?? width) + (box?.width ?? 0), tab).toBeLessThanOrEqual(width);
        }
      }
      await page.getByText("Denied, nothing allows it").first().waitFor();
      await takePicture(page, `walk-decisions-${width}`);
      expect(await violations(page, width === WIDE)).toEqual([]);
    },
  );

  test.each(WIDTHS)(
    "at %d pixels a channel is made with a bucket of its own, for OBS and viewers",
    async (width) => {
      const name = `walk-${width}`;
      await resize(page, { width, height: 900 });
      await visit(page, "/ivs/channels/create", "Channel details");
      await page.getByLabel("Channel name").fill("no spaces");
      await button("Next").click();
      await page.getByText(/A space can't be in it/).waitFor();
      await page.getByLabel("Channel name").fill(name);
      await button("Next").click();
      await button("Record to a new bucket").click();
      const bucket = page.getByRole("textbox", { name: "New bucket" });
      await expect
        .poll(() => bucket.inputValue())
        .toBe(`${name}-recordings-000000000000-us-east-1`);
      await button("Create and use").click();
      await page
        .getByRole("button", { name: new RegExp(`^Recording configuration.*${name}`) })
        .waitFor();
      await page.getByRole("button", { name: "Skip to Review" }).or(button("Next")).first().click();
      while (await button("Next").isVisible()) await button("Next").click();
      await button("Create channel").click();
      await page.getByRole("heading", { name, level: 1 }).waitFor();
      await page.getByText(/is there, with a stream key/).waitFor();

      await button("Allow plain RTMP on this channel").click();
      await page
        .getByText(/^rtmp:\/\//)
        .first()
        .waitFor();
      const profile = await saved(button("Download OBS profile"));
      expect(profile.toString("latin1")).toMatch(/service\.json/);
      await page.getByRole("tab", { name: "Test picture" }).click();
      await page.getByText(/^npx rolecast broadcast arn:aws:ivs:.*--test-pattern$/).waitFor();
      await button("Copy the line for ffmpeg's test picture").click();
      await page.getByText(/is copied, with the stream key/).waitFor();
      expect(await page.evaluate("navigator.clipboard.readText()")).toMatch(/\/app\/sk_[^'•<]+'$/);
      expect(await violations(page, width === WIDE)).toEqual([]);

      await button("Copy a link for a viewer").click();
      await button("Make link").click();
      await page.getByRole("img", { name: "QR code of the watch page" }).waitFor();
      await button("Embed in a page of your own").click();
      await page.getByText(/hls\.loadSource/).waitFor();
      await takePicture(page, `walk-share-${width}`);
      expect(await violations(page, width === WIDE)).toEqual([]);
      const opened = page.context().waitForEvent("page");
      await page.getByRole("link", { name: /Open the watch page/ }).click();
      const watching = await opened;
      await watching.getByText(/Nobody is streaming/).waitFor();
      await watching.close();
      await page.keyboard.press("Escape");
      await visit(page, "/ivs/channels", "Channels");
      await page.getByText(/is copied/).waitFor({ state: "detached" });
    },
  );

  test.each(WIDTHS)(
    "at %d pixels a recording is found, saved, shared and deleted",
    async (width) => {
      const { s3, ivs } = server.root;
      const { channel } = await ivs.send(new CreateChannelCommand({ name: `gone-${width}` }));
      const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
      const bucket = Buckets.find(({ Name }) => Name?.startsWith(`walk-${width}`))?.Name ?? "";
      const prefix = await putRecording(s3, bucket, channel?.arn?.split("/").at(-1) ?? "");
      await resize(page, { width, height: 900 });
      await visit(page, "/s3/buckets", "Buckets");
      await visit(page, "/ivs/recordings", "Recordings");
      await page.getByText("Complete").waitFor();
      await page.getByText("6 s", { exact: false }).first().waitFor();
      await page.getByText(`gone-${width}`).first().waitFor();
      await takePicture(page, `walk-recordings-${width}`);
      expect(await violations(page, width === WIDE)).toEqual([]);
      const act = async (name: string) => {
        await page.getByRole("button", { name: /^Actions on recording/ }).click();
        await page.getByRole("menuitem", { name }).click();
      };
      await page.getByRole("button", { name: /^Actions on recording/ }).click();
      const film = await saved(page.getByRole("menuitem", { name: "Download as MP4" }));
      expect(film.subarray(4, 8).toString()).toBe("ftyp");
      await act("Copy s3:// address");
      await page.getByText(`s3://${bucket}/${prefix} is copied.`).waitFor();
      await act("Share link");
      await button("Create link").click();
      const link = page.getByText(/^http.*recording\.mp4/);
      const shared = await fetch((await link.textContent()) ?? "");
      expect(shared.headers.get("content-type")).toBe("video/mp4");
      expect((await shared.arrayBuffer()).byteLength).toBe(film.length);
      await page.keyboard.press("Escape");
      await act("Delete");
      await page.getByLabel(/^To confirm/).fill("delete");
      await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
      await page.getByText("No recordings", { exact: true }).waitFor();
      const { KeyCount } = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
      );
      expect(KeyCount).toBe(0);
    },
  );

  test.each(WIDTHS)(
    "at %d pixels a folder goes up, and each object is shown by its content",
    async (width) => {
      const { s3 } = server.root;
      const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
      const Bucket = Buckets.find(({ Name }) => Name?.startsWith(`walk-${width}`))?.Name ?? "";
      await s3.send(new PutObjectCommand({ Bucket, Key: "a/../b.txt", Body: "hello" }));
      await resize(page, { width, height: 900 });
      await visit(page, `/s3/buckets/${Bucket}`, Bucket);
      await button("Upload").first().click();
      await page.locator('input[name="folder"]').setInputFiles(join(folder, "photos"));
      await page.getByText("2 files").waitFor();
      expect(await violations(page, width === WIDE)).toEqual([]);
      await page.getByRole("dialog").getByRole("button", { name: "Upload", exact: true }).click();
      await page.getByText(/2 files are uploaded/).waitFor();
      await visit(page, `/s3/buckets/${Bucket}/object?key=photos/dot.bin`, "dot.bin");
      const width1 = () =>
        page
          .getByRole("img", { name: "photos/dot.bin" })
          .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
      await expect.poll(width1).toBe(1);
      await visit(page, `/s3/buckets/${Bucket}/object?key=photos/deep/note`, "note");
      await page.getByText("a note without a type").waitFor();
      await visit(page, `/s3/buckets/${Bucket}/object?key=a/../b.txt`, "a/../b.txt");
      await page.getByText("Browsers can't ask for this object").waitFor();
      await page.getByText(/^aws s3api get-object .*--key 'a\/\.\.\/b\.txt'/).waitFor();
      expect(await violations(page, width === WIDE)).toEqual([]);
    },
  );

  test.each(WIDTHS)(
    "at %d pixels a role is trusted, drawn and let go, and a policy completed",
    async (width) => {
      await resize(page, { width, height: 900 });
      await visit(page, "/iam/roles", "Roles");
      await button("Create role").first().click();
      await page.getByRole("radio", { name: /Another account/ }).click();
      await page.getByLabel("Account ID").fill("111122223333");
      await page.getByLabel("External ID").fill("secret-word");
      const trust = page.getByRole("textbox", { name: "Trust policy" });
      await expect.poll(() => trust.textContent()).toContain('"sts:ExternalId": "secret-word"');
      await takePicture(page, `walk-trust-${width}`);
      expect(await violations(page, width === WIDE)).toEqual([]);
      await button("Next").click();
      await page.getByRole("heading", { name: /^Permissions/, level: 1 }).waitFor();
      await page
        .getByRole("row", { name: /AWS managed/ })
        .first()
        .waitFor();
      expect(await violations(page, width === WIDE)).toEqual([]);
      await button("Next").click();
      await page.getByLabel("Role name").fill(`Partner-${width}`);
      expect(await violations(page, width === WIDE)).toEqual([]);
      await button("Create role").click();
      await page.getByRole("heading", { name: `Partner-${width}`, level: 1 }).waitFor();
      await page.getByRole("link", { name: "Simulate" }).click();
      await page.getByRole("heading", { name: "Policy simulator", level: 1 }).waitFor();
      await page.getByLabel("Actions").fill("s3:GetObject\ns3:PutObject");
      await button("Simulate").click();
      await page
        .getByRole("row", { name: /Denied, since nothing allows it s3:PutObject/ })
        .waitFor();

      await visit(page, "/iam/policies/create", "Create policy");
      const editor = page.getByRole("textbox", { name: "Policy", exact: true });
      await editor.fill('{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ""');
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.type("s3:GetObjectTagg");
      await page.getByRole("option", { name: "s3:GetObjectTagging" }).first().waitFor();
      await takePicture(page, `walk-completion-${width}`);
      expect(await violations(page, width === WIDE)).toEqual([]);
      await page.keyboard.press("Enter");
      await expect.poll(() => editor.textContent()).toMatch(/"s3:GetObject\w*Tagging"/);
    },
  );

  test("the linked role's page shows what it wrote, and the whole way to its deletion", async () => {
    await resize(page, { width: 400, height: 900 });
    const { s3 } = server.root;
    const Bucket = `walk-400-recordings-000000000000-us-east-1`;
    await s3.send(new PutObjectCommand({ Bucket, Key: "ivs/v1/a", Body: "12345" }));
    await visit(page, `/iam/roles/${ROLE}`, ROLE);
    await page.getByText("1 object, 5 B").waitFor();
    await page.getByText("Active").first().waitFor();
    await takePicture(page, "walk-role");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("checkbox", { name: /All recording configurations/ }).click();
    await button("Delete configurations").click();
    await page.getByLabel(/^To confirm/).fill("delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await button(`Delete ${ROLE}`).click();
    await button("Delete role").click();
    await page.getByText(`Role ${ROLE} is deleted.`).waitFor();
  });

  function button(name: string): Locator {
    return page.getByRole("button", { name, exact: true });
  }

  /** The bytes of the file that a click saves. */
  async function saved(clicked: Locator): Promise<Buffer> {
    const download = page.waitForEvent("download");
    await clicked.click();
    return readFile((await (await download).path()) ?? "");
  }

  async function everyCall(): Promise<void> {
    await page.getByRole("button", { name: /^Look up by/ }).click();
    await page.getByRole("option", { name: "All calls" }).click();
  }

  async function denySomething(UserName: string): Promise<void> {
    const { iam } = server.root;
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const denied = server.clients({
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    });
    await expect(denied.s3.send(new ListBucketsCommand({}))).rejects.toThrow(/not authorized/);
  }
});
