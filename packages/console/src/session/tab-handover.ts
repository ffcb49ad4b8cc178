import { inBackground } from "../shared/in-background.ts";
import { isSignedIn, type SignedIn } from "./signed-in.ts";

/** Tabs of one server share it, as the lock of the same name: both end at the origin. */
const CHANNEL_NAME = "rolecast.session";
/** Another tab answers within milliseconds; a new one waits no longer for its key. */
const ANSWER_MS_MAX = 100;

type Message =
  | { readonly type: "ask" }
  | { readonly type: "key"; readonly key: SignedIn }
  | { readonly type: "signed-out"; readonly accessKeyId: string };

/** Asks the other tabs for a key; undefined when none of them has one. */
export async function askOtherTabs(): Promise<SignedIn | undefined> {
  return (await hasOtherTabs()) ? firstAnswer() : undefined;
}

/** Tells without waiting for an answer that never comes whether a tab has a key. */
async function hasOtherTabs(): Promise<boolean> {
  const locks: LockManager | undefined = navigator.locks;
  // A page of another machine's plain HTTP has no locks.
  if (locks === undefined) return true;
  const { held = [] } = await locks.query();
  return held.some(({ name }) => name === CHANNEL_NAME);
}

function firstAnswer(): Promise<SignedIn | undefined> {
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
  const unlock = lockUntilCalled();
  return () => {
    channel.close();
    unlock();
  };
}

/** Holds the tabs' shared lock, by which a new one sees that there is one to ask. */
function lockUntilCalled(): () => void {
  const end = new AbortController();
  const ended = new Promise((resolve) => end.signal.addEventListener("abort", resolve));
  const locks: LockManager | undefined = navigator.locks;
  const held = locks?.request(CHANNEL_NAME, { mode: "shared" }, () => ended);
  inBackground("New tabs can't take over the key of this one", held);
  return () => end.abort();
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
