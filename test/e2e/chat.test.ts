import { join } from "node:path";
import type { Ivschat } from "@aws-sdk/client-ivschat";
import type { Page } from "playwright-core";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { ACCOUNT, chatOf, socketUrl, tokenOf } from "../contract/ivs-chat/support.ts";
import { until } from "../support/until.ts";
import { type TestBrowser, visit } from "./browser.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

/* The console's member of a room beside a page with Amazon's own client. */

const CLIENT = join(import.meta.dirname, "../../node_modules/amazon-ivs-chat-messaging");
const HANDLER = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:review`;

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let chat: Ivschat;
  let page: Page;

  const reviewed = ({ Content }: Readonly<Record<string, unknown>>) =>
    String(Content).includes("spoiler")
      ? ({ ReviewResult: "DENY", Attributes: { Reason: "No spoilers" } } as const)
      : ({ ReviewResult: "ALLOW", Content: String(Content) } as const);

  startConsole(
    "chat",
    async (started) => {
      ({ server, browser } = started);
      chat = chatOf(server);
      page = await browser.open(server.endpoint);
    },
    { chatReviewHandlers: { [HANDLER]: reviewed } },
  );

  const transcript = () => page.getByRole("log", { name: "Messages" });
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const shows = (text: string) => transcript().getByText(text).first().waitFor();

  async function send(content: string): Promise<void> {
    await page.getByLabel("Message", { exact: true }).fill(content);
    await button("Send").click();
  }

  test("a room is made, joined, moderated, changed and deleted", async () => {
    await visit(page, "/ivschat/rooms", "Chat rooms");
    await button("Create chat room").first().click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Room name").fill("lobby");
    await form.getByLabel("Message review handler").fill(HANDLER);
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("heading", { name: "lobby", level: 1 }).waitFor();
    const { rooms = [] } = await chat.listRooms({ name: "lobby" });
    const arn = rooms[0]?.arn ?? "";
    await button("Join").click();
    await page.getByText("Connected", { exact: true }).waitFor();

    const viewer = await amazonClient(await tokenOf(chat, arn, "bob"));
    await send("hello <b>all</b>");
    await shows("hello <b>all</b>");
    await viewer.saw("message hello <b>all</b>");
    await viewer.send("a spoiler of bob's");
    await viewer.saw("refused");
    await send("one spoiler");
    await shows("The message review handler refused the message: No spoilers");

    await viewer.send("something rude");
    await shows("something rude");
    await button("Delete the message “something rude”").click();
    await shows("A message was deleted: Deleted in the console");
    expect(await transcript().getByText("something rude").count()).toBe(0);
    await viewer.saw("deleted");
    await viewer.send("once more");
    await button("Disconnect bob").click();
    await shows("bob was disconnected: Disconnected in the console");

    await button("Leave").click();
    await page.getByText("Not connected").waitFor();
    await page.getByRole("tab", { name: "Configuration" }).click();
    await button("Edit").click();
    await form.getByLabel("Characters a message").fill("40");
    await form.getByLabel("Message review handler").fill("");
    await button("Save").click();
    await until(async () => {
      const { maximumMessageLength, messageReviewHandler } = await chat.getRoom({
        identifier: arn,
      });
      return maximumMessageLength === 40 && !messageReviewHandler?.uri;
    }, "the changed room");
    await button("Delete").click();
    await page.getByRole("dialog").getByRole("textbox").fill("delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No chat rooms in this Region").waitFor();
  });

  /** Amazon's client, bundled for a page of its own. */
  async function amazonClient(token: string) {
    const entry = `
      import { ChatRoom, SendMessageRequest } from ${JSON.stringify(`${CLIENT}/dist/esm/index.js`)};
      const seen = [];
      const room = new ChatRoom({
        regionOrUrl: ${JSON.stringify(socketUrl(server))},
        tokenProvider: async () => ({ token: ${JSON.stringify(token)} }),
      });
      room.addListener("message", ({ content }) => seen.push("message " + content));
      room.addListener("messageDelete", () => seen.push("deleted"));
      room.addListener("connect", () => seen.push("connected"));
      globalThis.chat = {
        seen,
        send: (text) =>
          room.sendMessage(new SendMessageRequest(text)).catch(() => seen.push("refused")),
      };
      room.connect();`;
    const bundle = await rolldown({
      input: "entry",
      platform: "browser",
      plugins: [
        {
          name: "entry",
          resolveId: (id) => (id === "entry" ? id : undefined),
          load: (id) => (id === "entry" ? entry : undefined),
        },
      ],
    });
    const { output } = await bundle.generate({ format: "iife" });
    const tab = await browser.blank();
    await tab.addScriptTag({ content: output[0].code });
    const read = () =>
      tab.evaluate(() => (globalThis as unknown as { chat: { seen: string[] } }).chat.seen);
    const saw = (what: string) =>
      until(async () => (await read()).includes(what), `Amazon's client to see: ${what}`);
    await saw("connected");
    return {
      saw,
      send: (text: string) =>
        tab.evaluate(
          (content) =>
            void (globalThis as unknown as { chat: { send(text: string): void } }).chat.send(
              content,
            ),
          text,
        ),
    };
  }
});
