import type { MediaEngine } from "@rolecast/media";
import type { PlaybackRules } from "../rows/playback-rules.ts";
import type { EncoderPlace, EncoderToHandOn } from "./handed-on-encoders.ts";
import type { HandedOnAnswer, HandedOnRequest } from "./handed-on-requests.ts";

/** A broadcast that playback may show. */
export interface Playable {
  readonly streamId: string;
  readonly rules: PlaybackRules;
}

/** Questions to a channel's streams, by the channel's ARN. */
type ChannelMedia = Pick<
  MediaEngine,
  | "stopStream"
  | "putMetadata"
  | "insertAdBreak"
  | "multivariantPlaylist"
  | "renditionHeight"
  | "mediaPlaylist"
  | "initSection"
  | "segment"
  | "awaitMedia"
  | "part"
>;

/** The streams of one node: this one, or another. */
export interface OwnedStreams extends ChannelMedia {
  /** Running, or ended a moment ago. */
  playable(channelArn: string): Promise<Playable | undefined>;
  /** These viewers have asked for a playlist just now. */
  noteViewers(streamId: string, viewers: readonly Viewer[]): Promise<void>;
  /** Ends a session that was agreed on by WebRTC. False: there is none. */
  hangUp(session: string): Promise<boolean>;
  /** Answers a client's request that came to another node. */
  handOn(request: HandedOnRequest): Promise<HandedOnAnswer>;
  /** Expects an encoder whose connection another node has. Undefined where it can't be taken. */
  expectEncoder(encoder: EncoderToHandOn): Promise<EncoderPlace | undefined>;
  viewerCounts(streamIds: readonly string[]): Promise<readonly number[]>;
}

export interface Viewer {
  readonly id: string;
  /** ISO 3166-1 alpha-2 code; undefined if it is unknown. */
  readonly country?: string | undefined;
}
