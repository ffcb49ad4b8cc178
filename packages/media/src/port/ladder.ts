/** BASIC channels serve the source alone. */
export type ChannelType = "BASIC" | "STANDARD" | "ADVANCED_SD" | "ADVANCED_HD";

/** What a channel asks for. */
export interface LadderRequest {
  readonly type: ChannelType;
  /** Of ADVANCED channels: `CONSTRAINED_BANDWIDTH_DELIVERY`, or else the default, higher bandwidth. */
  readonly preset?: string | undefined;
}
