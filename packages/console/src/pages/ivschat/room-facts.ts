import type { CreateRoomRequest, GetRoomResponse } from "@aws-sdk/client-ivschat";

/** The settings of a room as its form holds them. */
export interface RoomSettings {
  readonly name: string;
  readonly messagesPerSecond: string;
  readonly messageLength: string;
  /** The ARN of the Lambda function; empty: messages aren't reviewed. */
  readonly handler: string;
  readonly fallback: "ALLOW" | "DENY";
  readonly loggingConfigurations: readonly string[];
}

/** IVS Chat's defaults. Source: IVS Chat API Reference, CreateRoom. */
export const NEW_ROOM: RoomSettings = {
  name: "",
  messagesPerSecond: "10",
  messageLength: "500",
  handler: "",
  fallback: "ALLOW",
  loggingConfigurations: [],
};

export function roomSettings(room: GetRoomResponse): RoomSettings {
  const { messageReviewHandler: handler } = room;
  return {
    name: room.name ?? "",
    messagesPerSecond: String(room.maximumMessageRatePerSecond ?? NEW_ROOM.messagesPerSecond),
    messageLength: String(room.maximumMessageLength ?? NEW_ROOM.messageLength),
    handler: handler?.uri ?? "",
    fallback: handler?.fallbackResult ?? "ALLOW",
    loggingConfigurations: room.loggingConfigurationIdentifiers ?? [],
  };
}

/** The members that CreateRoom and UpdateRoom share; an empty ARN ends reviews. */
export function roomInput(settings: RoomSettings) {
  return {
    name: settings.name,
    maximumMessageRatePerSecond: Number(settings.messagesPerSecond),
    maximumMessageLength: Number(settings.messageLength),
    messageReviewHandler: { uri: settings.handler, fallbackResult: settings.fallback },
    loggingConfigurationIdentifiers: [...settings.loggingConfigurations],
  } satisfies CreateRoomRequest;
}
