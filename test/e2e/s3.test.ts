import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { awsCli, hasAwsCli, NO_AWS_CLI } from "../support/aws-cli.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

const BUCKET = "console-objects";
/** Characters that a shell, a URL and a header each treat in their own way. */
const ODD_NAME = "it's é 50%+1.txt";
const EVERYBODY_READS = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${BUCKET}/*`,
    },
  ],
};

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let page: Page;
  /** Lines of the AWS CLI that the pages offered for what they had done. */
  const copied: string[] = [];

  startConsole("s3", async (started) => {
    ({ server, browser } = started);
    await server.root.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    page = await browser.open(server.endpoint);
  });

  test("a file goes up with its type, is shown, and is lent out by a link", async () => {
    await visit(page, `/s3/buckets/${BUCKET}`, BUCKET);
    // Closing the dialog stops the upload.
    await page.route(/stopped\.txt/, () => {});
    await button("Upload").first().click();
    const dialog = page.getByRole("dialog");
    const stopped = { name: "stopped.txt", mimeType: "text/plain", buffer: Buffer.from("x") };
    await dialog.locator('input[name="files"]').setInputFiles(stopped);
    await dialog.getByRole("button", { name: "Upload", exact: true }).click();
    await dialog.getByText("Uploading stopped.txt, 1 of 1").first().waitFor();
    const failed = page.waitForEvent("requestfailed");
    await page.keyboard.press("Escape");
    expect((await failed).url()).toContain("stopped.txt");
    await upload("first");
    await copyLines();
    await page.getByRole("link", { name: ODD_NAME }).click();
    await page.getByText("first", { exact: true }).waitFor();
    await page.getByText("text/plain").waitFor();
    await button("Create presigned link").click();
    await button("Create link").click();
    const link = page.getByRole("dialog").getByText(/^http.*X-Amz-Signature=/);
    const lent = await fetch((await link.textContent()) ?? "");
    expect(await lent.text()).toBe("first");
    await page.keyboard.press("Escape");
    await button("Edit tags").click();
    await button("Add tag").click();
    await page.getByLabel("Key of tag 1").fill("- kind");
    await page.getByLabel("Value of tag 1").fill("a b");
    // Meanwhile somebody else tags it too.
    const object = { Bucket: BUCKET, Key: ODD_NAME };
    const Tagging = { TagSet: [{ Key: "by", Value: "else" }] };
    await server.root.s3.send(new PutObjectTaggingCommand({ ...object, Tagging }));
    await page.keyboard.press("Enter");
    await page.getByText("The tags are saved.").waitFor();
    await page.getByText("else", { exact: true }).waitFor();
    await copyLines();
  });

  test("a public policy is refused, then taken and judged", async () => {
    await visit(page, `/s3/buckets/${BUCKET}`, BUCKET);
    await page.getByRole("tab", { name: "Permissions" }).click();
    const editor = page.getByRole("textbox", { name: "Policy", exact: true });
    await editor.fill(JSON.stringify(EVERYBODY_READS));
    await button("Save policy").click();
    await page.getByText(/prevented by the BlockPublicPolicy setting/).waitFor();
    await page.getByRole("checkbox", { name: /^Refuse new bucket policies/ }).click();
    await button("Save settings").click();
    await page.getByText(`Block Public Access of ${BUCKET} is saved.`).waitFor();
    await button("Save policy").click();
    await page.getByText("This bucket is public").waitFor();
    await takePicture(page, "bucket-policy");
    await button("Delete policy").click();
    await page.getByText("Not public").waitFor();
  });

  test("rules say how long objects stay", async () => {
    await page.getByRole("tab", { name: "Properties" }).click();
    await button("Enable versioning").click();
    await button("Suspend versioning").waitFor();
    await button("Add rule").click();
    // Meanwhile somebody else declares one too.
    const rule = { ID: "logs", Filter: { Prefix: "logs/" }, Expiration: { Days: 1 } };
    await server.root.s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: BUCKET,
        TransitionDefaultMinimumObjectSize: "varies_by_storage_class",
        LifecycleConfiguration: { Rules: [{ ...rule, Status: "Disabled" }] },
      }),
    );
    await page.getByLabel("Rule name").fill("old recordings");
    await page.getByLabel("Prefix").fill("ivs/v1/");
    await page.getByLabel("Older versions go after, days").fill("3");
    await page.getByLabel("Older versions that stay").fill("2");
    await page.getByLabel("Unfinished multipart uploads").fill("7");
    await button("Add tag").click();
    await page.getByLabel("Key of tag 1").fill("keep");
    await button("Add").click();
    await page.getByText(/AbortIncompleteMultipartUpload cannot be specified with Tags/).waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByLabel("Larger than").fill("5");
    await page.getByLabel("Unfinished multipart uploads").fill("");
    await page.keyboard.press("Enter");
    await page
      .getByRole("row", { name: /old recordings Enabled Below ivs\/v1\/, larger than 5 bytes/ })
      .getByRole("checkbox")
      .click();
    await button("Edit rule").click();
    await page.getByLabel("Larger than").fill("");
    await page.getByLabel("Unfinished multipart uploads").fill("7");
    await button("Add move").click();
    await page.getByLabel("Days of move 1").fill("29");
    await page.keyboard.press("Enter");
    await page
      .getByText("'Days' in Transition action must be greater than or equal to 30")
      .waitFor();
    await page.getByLabel("Days of move 1").fill("30");
    await page.getByLabel("Objects expire after").fill("60");
    await page.keyboard.press("Enter");
    await page
      .getByRole("row", { name: /unfinished uploads go after 7 days; STANDARD_IA after 30 days/ })
      .waitFor();
    await takePicture(page, "bucket-properties");
    const row = (name: RegExp) => page.getByRole("row", { name }).getByRole("checkbox");
    await row(/old recordings Enabled/).uncheck();
    await row(/logs Disabled/).check();
    await button("Remove rule").click();
    await page.getByLabel(/^To confirm/).fill("delete");
    await page.keyboard.press("Enter");
    await page.getByText("Rule logs is removed.").waitFor();
    const left = new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET });
    expect(await server.root.s3.send(left)).toMatchObject({
      TransitionDefaultMinimumObjectSize: "varies_by_storage_class",
      Rules: [
        {
          ID: "old recordings",
          Status: "Enabled",
          Filter: { Prefix: "ivs/v1/" },
          Expiration: { Days: 60 },
          Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" }],
          NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 2 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        },
      ],
    });
  });

  test("an earlier version is restored, and a deletion undone", async () => {
    await page.getByRole("tab", { name: "Objects" }).click();
    await upload("second");
    await page.getByText("Show versions").click();
    await page
      .getByRole("row", { name: / null / })
      .getByRole("checkbox")
      .click();
    await button("Restore version").click();
    await page.getByText(`A copy of version null is the latest of ${ODD_NAME} now.`).waitFor();
    await copyLines();
    await page.getByText("Show versions").click();
    await page.getByRole("checkbox", { name: ODD_NAME }).click();
    await button("Delete").click();
    await page.getByLabel(/^To confirm/).fill("delete");
    await page.keyboard.press("Enter");
    await page.getByText("No objects", { exact: true }).waitFor();
    await page.getByText("Show versions").click();
    await page
      .getByRole("row", { name: /Delete marker/ })
      .getByRole("checkbox")
      .click();
    await takePicture(page, "versions");
    await button("Undo deletion").click();
    await page.getByText(`${ODD_NAME} is there again.`).waitFor();
    await page.getByText("Show versions").click();
    await page.getByRole("link", { name: ODD_NAME }).click();
    await page.getByText("first", { exact: true }).waitFor();
    await copyLines();
  });

  test.skipIf(!hasAwsCli)(`copied lines run as they are (${NO_AWS_CLI})`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "rolecast-lines-"));
    await writeFile(join(folder, ODD_NAME), "third");
    const operations = ["put-object", "put-object-tagging", "copy-object", "get-object"];
    const lines = operations.map(
      (name) => copied.find((line) => line.startsWith(`aws s3api ${name} `)) ?? `missing ${name}`,
    );
    await promisify(execFile)("/bin/sh", ["-ec", lines.join("\n")], {
      cwd: folder,
      env: {
        PATH: `${dirname(await awsCli())}:/usr/bin:/bin`,
        HOME: folder,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      },
    });
    // The line that copies the first version comes after the one that uploads the third.
    expect(await readFile(join(folder, ODD_NAME), "utf8")).toBe("first");
    const kept = await server.root.s3.send(new ListObjectVersionsCommand({ Bucket: BUCKET }));
    expect(kept.Versions?.map(({ Size }) => Size)).toEqual([5, 5, 5, 6, 5]);
    await rm(folder, { recursive: true });
  });

  test("a locked version stays, until whoever may bypasses its retention", async () => {
    const { s3 } = server.root;
    await visit(page, `/s3/buckets/${BUCKET}`, BUCKET);
    await page.getByRole("tab", { name: "Properties" }).click();
    const retain = async (open: string, mode: string, shown: string) => {
      await button(open).click();
      await page.getByRole("radio", { name: mode }).click();
      if (mode !== "None") await page.getByLabel("Retention period").fill("2");
      await button("Save").click();
      // The dialog shows the modes' names itself, and closes once the mode is saved.
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.getByText(shown, { exact: true }).waitFor();
    };
    await retain("Enable Object Lock", "Compliance", "COMPLIANCE for 2 days");
    const rule = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: BUCKET }));
    expect(rule.ObjectLockConfiguration).toEqual({
      ObjectLockEnabled: "Enabled",
      Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 2 } },
    });
    await retain("Edit default retention", "None", "None");
    const { VersionId } = await s3.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: "contract.txt", Body: "signed" }),
    );
    await visit(page, `/s3/buckets/${BUCKET}/object?key=contract.txt`, "contract.txt");
    const lock = async (mode: string, bypass = false) => {
      await button("Edit Object Lock").click();
      await page.getByRole("radio", { name: mode }).click();
      if (mode !== "None") await page.getByLabel("Retained until").fill("2199/01/31");
      if (bypass) await page.getByLabel("Bypass governance mode").click();
      await button("Save").click();
    };
    // The dialog closes once the lock is saved. The page's own words prove nothing: it shows those
    // of an earlier save, and while it reads the object again it shows none.
    const closed = () => page.getByRole("dialog").waitFor({ state: "detached" });
    await lock("Governance");
    await closed();
    await page.getByText(/^GOVERNANCE until 2199-01-3/).waitFor();
    await takePicture(page, "object-lock");
    await lock("None");
    await page.getByText(/Access Denied because object protected by object lock/).waitFor();
    await button("Cancel").click();
    await closed();
    await page.getByRole("checkbox", { name: `contract.txt ${VersionId}` }).click();
    await button("Delete version").click();
    await page.getByLabel(/^To confirm/).fill("delete");
    await page.keyboard.press("Enter");
    await page.getByText(/Access Denied because object protected by object lock/).waitFor();
    await button("Cancel").click();
    await closed();
    await lock("None", true);
    await closed();
    const left = new GetObjectRetentionCommand({ Bucket: BUCKET, Key: "contract.txt", VersionId });
    await expect(s3.send(left)).rejects.toMatchObject({ name: "NoSuchObjectLockConfiguration" });
    const last = new DeleteObjectCommand({ Bucket: BUCKET, Key: "contract.txt", VersionId });
    await s3.send(last);
  });

  function button(name: string) {
    return page.getByRole("button", { name, exact: true });
  }

  async function upload(text: string): Promise<void> {
    await button("Upload").first().click();
    const dialog = page.getByRole("dialog");
    await dialog.locator('input[name="files"]').setInputFiles({
      name: ODD_NAME,
      mimeType: "text/plain",
      buffer: Buffer.from(text),
    });
    await dialog.getByRole("button", { name: "Upload", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
  }

  async function copyLines(): Promise<void> {
    await button("Copy as AWS CLI").click();
    await page.locator(".cli-line").first().waitFor();
    copied.push(...(await page.locator(".cli-line").allTextContents()));
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
});
