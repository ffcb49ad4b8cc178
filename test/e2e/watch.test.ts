import { ListUserPoliciesCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { chatOf } from "../contract/ivs-chat/support.ts";
import { allow, createUser, policyOf } from "../support/principals.ts";
import type { Key } from "../support/test-server.ts";
import { until } from "../support/until.ts";
import { overflow, violations } from "./axe.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { resize } from "./settled.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

/* Viewers, who have a link and no key. */

const WIDE = { width: 1_280, height: 800 };
const PHONE = { width: 390, height: 844 };
const MAKER = [allow(["ivs:*", "ivschat:CreateChatToken", "rolecast:*"])];

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let maker: Key;
  let page: Page;
  let channelArn = "";

  startConsole("watch", async (started) => {
    ({ server, browser } = started);
    const { arn: room = "" } = await chatOf(server).createRoom({ name: "lobby" });
    const tags = { "rolecast:chat-room": room };
    const { channel } = await server.root.ivs.send(
      new CreateChannelCommand({ name: "evening-show", type: "BASIC", tags }),
    );
    channelArn = channel?.arn ?? "";
    maker = await createUser(server.root.iam, "maker", MAKER);
    page = await browser.open(server.endpoint, maker);
  });

  const button = (name: string, on = page) => on.getByRole("button", { name, exact: true });
  const place = () => `/ivs/channels/${encodeURIComponent(channelArn)}`;

  /** A link that the page makes for a viewer of this name. */
  async function linkFor(name: string, on = page): Promise<string> {
    await visit(on, place(), "evening-show");
    await button("Copy a link for a viewer", on).click();
    await on.getByLabel("Viewer's name").fill(name);
    await button("Make link", on).click();
    await on.getByRole("img", { name: "QR code of the watch page" }).waitFor();
    const link = (await on.getByText(/#\/watch\?/).textContent()) ?? "";
    return link;
  }

  async function viewer(link: string): Promise<Page> {
    const opened = await browser.blank();
    await opened.goto(link);
    await opened.getByRole("heading", { name: "evening-show", level: 1 }).waitFor();
    return opened;
  }

  async function faults(on: Page): Promise<readonly string[]> {
    const found: string[] = [];
    for (const size of [PHONE, WIDE]) {
      await resize(on, size);
      await takePicture(on, `watch-${size.width}`);
      found.push(...(await violations(on)), ...(await overflow(on)));
    }
    return found;
  }

  const writes = (on: Page) => on.getByLabel(/^Message, as/);

  test("a link leads to the picture, its viewers and the chat, without a key", {
    timeout: 120_000,
  }, async () => {
    const link = await linkFor("zoë");
    expect(new URL(link).search).toBe("");
    expect(await faults(page)).toEqual([]);
    await takePicture(page, "watch-link");
    await page.keyboard.press("Escape");
    const zoe = await viewer(link);
    await zoe.getByText("Nobody is streaming. The picture begins by itself.").waitFor();
    await button("Stream a test picture").click();
    await zoe.getByText("Live", { exact: true }).waitFor();
    await zoe.getByText(/^\d+ viewers?$/).waitFor();
    await button("Turn sound on", zoe).click();
    const isMuted = () => zoe.locator("video").evaluate((video: HTMLVideoElement) => video.muted);
    expect(await isMuted()).toBe(false);
    await button("Turn sound off", zoe).click();
    expect(await isMuted()).toBe(true);

    const reader = await viewer(await linkFor(""));
    await reader.getByText("With this link you read the chat.").waitFor();
    await reader.getByText("Nobody has written since you came.").waitFor();
    expect(await writes(reader).count()).toBe(0);
    await writes(zoe).fill("good <b>evening</b>");
    await button("Send", zoe).click();
    for (const on of [zoe, reader]) await on.getByText("good <b>evening</b>").waitFor();
    expect(await faults(zoe)).toEqual([]);

    await page.keyboard.press("Escape");
    await button("Stop stream").click();
    await zoe.getByText("Nobody is streaming. The picture begins by itself.").waitFor();
    await zoe.getByText("Not live").waitFor();
    await zoe.close();
    await reader.close();
  });

  test("what a link does is decided by its maker's policies each time", async () => {
    const link = await linkFor("bob");
    await page.keyboard.press("Escape");
    const allowed = await viewer(link);
    await until(() => writes(allowed).isEnabled(), "bob's chat");
    await allowed.close();
    const PolicyDocument = policyOf([allow(["ivs:*", "rolecast:*"])]);
    const { PolicyName } = await inlinePolicyOf("maker");
    await server.root.iam.send(
      new PutUserPolicyCommand({ UserName: "maker", PolicyName, PolicyDocument }),
    );
    const denied = await viewer(link);
    await denied
      .getByText(/user\/maker is not authorized to perform: ivschat:CreateChat/)
      .waitFor();
    expect(await writes(denied).isEnabled()).toBe(false);
    await denied.close();
    // The denial is shown to the maker as well, without a link.
    await visit(page, place(), "evening-show");
    await button("Copy a link for a viewer").click();
    await button("Make link").click();
    await page
      .getByText(/not authorized to perform: ivschat:CreateChatToken/)
      .first()
      .waitFor();
    expect(await page.getByText(/#\/watch\?/).count()).toBe(0);
  });

  test("a link's signature makes its own request alone", async () => {
    await page.keyboard.press("Escape");
    const { root } = server;
    await root.iam.send(
      new PutUserPolicyCommand({
        ...{ UserName: "maker", PolicyDocument: policyOf(MAKER) },
        PolicyName: (await inlinePolicyOf("maker")).PolicyName,
      }),
    );
    const link = new URL(await linkFor("eve"));
    const query = new URLSearchParams(link.hash.replace(/^[^?]*\?/, ""));
    const room = query.get("room") ?? "";
    const [credential = "", date = "", expires = "", signature = ""] =
      query.get("chat")?.split("~") ?? [];
    const signed = new URLSearchParams({
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      ...{ "X-Amz-Credential": credential, "X-Amz-Date": date, "X-Amz-Expires": expires },
      ...{ "X-Amz-SignedHeaders": "host", "X-Amz-Signature": signature },
    });
    const ask = async (operation: string, input: object) => {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify(input);
      const url = `${server.endpoint}/${operation}?${signed}`;
      return (await fetch(url, { method: "POST", headers, body })).status;
    };
    const own = { roomIdentifier: room, userId: "eve", capabilities: ["SEND_MESSAGE"] };
    expect(await ask("CreateChatToken", own)).toBe(200);
    expect(await ask("CreateChatToken", { ...own, userId: "maker" })).toBe(403);
    expect(await ask("CreateChatToken", { ...own, capabilities: ["DISCONNECT_USER"] })).toBe(403);
    expect(await ask("GetRoom", { identifier: room })).toBe(403);
  });

  async function inlinePolicyOf(UserName: string): Promise<{ readonly PolicyName: string }> {
    const { PolicyNames = [] } = await server.root.iam.send(
      new ListUserPoliciesCommand({ UserName }),
    );
    return { PolicyName: PolicyNames[0] ?? "" };
  }
});
