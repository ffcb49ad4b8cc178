import { Ivschat } from "@aws-sdk/client-ivschat";
import { ChatRoom, type ChatToken } from "amazon-ivs-chat-messaging";
import { WebSocket } from "ws";
import { type Key, ROOT, type TestServer } from "../../support/test-server.ts";

// Amazon's client takes the browser's class, which Node has from version 22 on.
Object.assign(globalThis, { WebSocket });

export const ACCOUNT = "000000000000";

export function chatOf(
  { endpoint }: Pick<TestServer, "endpoint">,
  credentials: Key = ROOT,
  region = "us-east-1",
): Ivschat {
  return new Ivschat({ endpoint, region, credentials, maxAttempts: 1 });
}

/** The server's address as users give it to Amazon's client. */
export function socketUrl({ endpoint }: Pick<TestServer, "endpoint">): string {
  return endpoint.replace(/^http/, "ws");
}

export type Capability = "SEND_MESSAGE" | "DELETE_MESSAGE" | "DISCONNECT_USER";

export const EVERYTHING: readonly Capability[] = [
  "SEND_MESSAGE",
  "DELETE_MESSAGE",
  "DISCONNECT_USER",
];

export interface TokenOptions {
  readonly capabilities?: readonly Capability[];
  readonly attributes?: Record<string, string>;
  readonly minutes?: number;
}

export async function tokenOf(
  chat: Ivschat,
  roomIdentifier: string,
  userId: string,
  { capabilities = EVERYTHING, attributes, minutes }: TokenOptions = {},
): Promise<string> {
  const { token = "" } = await chat.createChatToken({
    ...{ roomIdentifier, userId, capabilities: [...capabilities], attributes },
    ...(minutes === undefined ? {} : { sessionDurationInMinutes: minutes }),
  });
  return token;
}

/** Something that one of Amazon's clients has seen. */
export interface Seen {
  readonly kind: "message" | "event" | "deleted" | "disconnected-user" | "connect" | "disconnect";
  readonly text: string;
  readonly id: string;
  readonly attributes?: Record<string, string> | undefined;
  readonly sender?: { readonly userId: string; readonly attributes?: Record<string, string> };
}

export interface AmazonClient {
  readonly room: ChatRoom;
  readonly seen: Seen[];
  /** Tokens that it has asked for. */
  readonly tokens: () => number;
  disconnect(): void;
}

/** Connects Amazon's own client; resolves once it is connected. */
export async function connect(
  url: string,
  giveToken: () => Promise<string>,
): Promise<AmazonClient> {
  const seen: Seen[] = [];
  let tokens = 0;
  const room = new ChatRoom({
    regionOrUrl: url,
    tokenProvider: async (): Promise<ChatToken> => {
      tokens += 1;
      return { token: await giveToken() };
    },
  });
  // It logs each refused request.
  room.logger = { debug: () => {}, info: () => {}, error: () => {} };
  room.addListener("message", ({ content: text, id, attributes, sender }) =>
    seen.push({ kind: "message", text, id, attributes, sender }),
  );
  room.addListener("event", ({ eventName: text, id, attributes }) =>
    seen.push({ kind: "event", text, id, attributes }),
  );
  room.addListener("messageDelete", ({ messageId: text, id, reason = "" }) =>
    seen.push({ kind: "deleted", text, id, attributes: { reason } }),
  );
  room.addListener("userDisconnect", ({ userId: text, id, reason = "" }) =>
    seen.push({ kind: "disconnected-user", text, id, attributes: { reason } }),
  );
  room.addListener("disconnect", (reason) =>
    seen.push({ kind: "disconnect", text: reason, id: "" }),
  );
  const connected = new Promise<void>((resolve, reject) => {
    room.addListener("connect", () => {
      seen.push({ kind: "connect", text: "", id: "" });
      resolve();
    });
    room.addListener("disconnect", (reason) => reject(new Error(`not connected: ${reason}`)));
  });
  room.connect();
  await connected;
  return { room, seen, tokens: () => tokens, disconnect: () => room.disconnect() };
}
