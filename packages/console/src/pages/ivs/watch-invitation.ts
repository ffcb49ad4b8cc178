import { playedBy, playedPath, WATCH_PATH } from "./watch-link.ts";

/** The tag of a channel that names, by its ARN, the chat room beside its stream. */
export const CHAT_ROOM_TAG = "rolecast:chat-room";

/** A viewer's place in a chat room, and the signature by which tokens for it are created. */
export interface ViewerChat {
  readonly roomArn: string;
  readonly userId: string;
  /** Whether the viewer may send messages, or reads only. */
  readonly writes: boolean;
  readonly signature: string;
}

/** The contents of a watch page's address. */
export interface WatchInvitation {
  /** The playlist's path, with the playback token of a private channel. */
  readonly play: string;
  readonly title: string;
  /** The signature by which the page asks how many watch; empty: it doesn't. */
  readonly viewers: string;
  readonly chat: ViewerChat | undefined;
}

/** Source: IVS API reference, Channel. */
const TITLE_CHARACTERS_MAX = 128;

/** All of it stays in the address's fragment, which browsers send nowhere. */
export function invitationAddress(
  origin: string,
  playbackUrl: string,
  token: string,
  { title, viewers, chat }: Omit<WatchInvitation, "play">,
): string {
  const query = new URLSearchParams({
    play: playedPath(playbackUrl, token),
    ...(title === "" ? {} : { title }),
    ...(viewers === "" ? {} : { viewers }),
  });
  if (chat) {
    query.set("room", chat.roomArn);
    query.set("as", chat.userId);
    if (chat.writes) query.set("writes", "true");
    query.set("chat", chat.signature);
  }
  return `${origin}/#${WATCH_PATH}?${query}`;
}

/** Reads a watch page's address; undefined if it names no playlist of this server. */
export function invitationOf(query: URLSearchParams): WatchInvitation | undefined {
  const play = playedBy(query);
  if (play === undefined) return undefined;
  const [roomArn = "", userId = "", signature = ""] = ["room", "as", "chat"].map(
    (name) => query.get(name) ?? "",
  );
  const writes = query.get("writes") === "true";
  return {
    play,
    title: (query.get("title") ?? "").slice(0, TITLE_CHARACTERS_MAX),
    viewers: query.get("viewers") ?? "",
    chat: signature === "" ? undefined : { roomArn, userId, writes, signature },
  };
}

/** The request for how a channel's stream is, as its signer and its sender both write it. */
export function streamRequest(play: string) {
  const [, region = "", account = "", id = ""] =
    /\/([a-z0-9-]+)\.(\d{12})\.channel\.(\w+)\.m3u8/.exec(play) ?? [];
  const channelArn = `arn:aws:ivs:${region}:${account}:channel/${id}`;
  return { operation: "GetStream", body: JSON.stringify({ channelArn }) } as const;
}

/** The request for a token of the room; a new one is needed for each connection. */
export function chatTokenRequest({ roomArn, userId, writes }: Omit<ViewerChat, "signature">) {
  const capabilities = writes ? ["SEND_MESSAGE"] : [];
  const body = JSON.stringify({ roomIdentifier: roomArn, userId, capabilities });
  return { operation: "CreateChatToken", body } as const;
}
