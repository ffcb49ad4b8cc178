import { isSignedIn, type SignedIn } from "./signed-in.ts";

/** Tabs of one server share it: messages reach pages of the same origin only. */
const CHANNEL_NAME = "rolecast.session";
/** Another tab answers within milliseconds; a new one waits no longer for its key. */
const ANSWER_MS_MAX = 100;

type Message =
  | { readonly type: "ask" }
  | { readonly type: "key"; readonly key: SignedIn }
  | { readonly type: "signed-out"; readonly accessKeyId: string };

/** Asks the other tabs for a key; undefined when none of them has one. */
export function askOtherTabs(): Promise<SignedIn | undefined> {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(CHANNEL_NAME);
    const answer = (key: SignedIn | undefined) => {
      clearTimeout(timer);
      channel.close();
      resolve(key);
    };
    const timer = setTimeout(() => answer(undefined), ANSWER_MS_MAX);
    listen(channel, (message) => {
      if (message.type === "key") answer(message.key);
    });
    send(channel, { type: "ask" });
  });
}

/**
 * Gives this tab's key to tabs that ask for one, until the returned function is called. The key
 * goes from page to page; it is put into no storage on the way. Calls `onSignedOut` when another
 * tab with the same key signs out.
 */
export function answerOtherTabs(key: SignedIn, onSignedOut: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL_NAME);
  listen(channel, (message) => {
    if (message.type === "ask") send(channel, { type: "key", key });
    if (message.type === "signed-out" && message.accessKeyId === key.accessKeyId) onSignedOut();
  });
  return () => channel.close();
}

/** Signs the other tabs out that have this key. */
export function signOutOtherTabs({ accessKeyId }: SignedIn): void {
  const channel = new BroadcastChannel(CHANNEL_NAME);
  send(channel, { type: "signed-out", accessKeyId });
  channel.close();
}

function send(channel: BroadcastChannel, message: Message): void {
  channel.postMessage(message);
}

function listen(channel: BroadcastChannel, onMessage: (message: Message) => void): void {
  channel.onmessage = ({ data }: { readonly data: unknown }) => {
    if (isMessage(data)) onMessage(data);
  };
}

function isMessage(data: unknown): data is Message {
  if (typeof data !== "object" || data === null || !("type" in data)) return false;
  switch (data.type) {
    case "ask":
      return true;
    case "key":
      return "key" in data && isSignedIn(data.key);
    case "signed-out":
      return "accessKeyId" in data && typeof data.accessKeyId === "string";
    default:
      return false;
  }
}
