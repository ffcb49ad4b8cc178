import { type Amf0Value, amf0Object, encodeAmf0 } from "../../container/flv/amf0.ts";
import { encodeMessage, uint32 } from "./chunk-writer.ts";
import { MESSAGE, USER_CONTROL } from "./message-type.ts";

/**
 * Everything the server sends after the handshake. Chunk stream 2 is for control, 3 for commands, 5
 * for status.
 */
const CHUNK_STREAM = { control: 2, command: 3, status: 5 } as const;
/** Bytes the peer may send before we acknowledge; what Adobe's server uses. */
export const WINDOW_ACK_BYTES = 2_500_000;
const LIMIT_DYNAMIC = 2;
/** The one message stream of a connection. */
const MESSAGE_STREAM_ID = 1;

function command(values: readonly Amf0Value[]): Buffer {
  return encodeMessage(CHUNK_STREAM.command, MESSAGE.commandAmf0, 0, encodeAmf0(values));
}

function control(type: number, payload: Buffer): Buffer {
  return encodeMessage(CHUNK_STREAM.control, type, 0, payload);
}

function status(level: "status" | "error", code: string, description: string): Amf0Value {
  return amf0Object({ level, code, description });
}

/**
 * FourCcInfoMask's CanForward and CapsExMask's Multitrack (Veovera, "Enhanced RTMP v2",
 * NetConnection.connect).
 */
const CAN_FORWARD = 4;
const CAPS_MULTITRACK = 2;
/**
 * The parts of enhanced RTMP that are taken; whether HEVC and several tracks are is the channel's
 * business.
 */
const CAPABILITIES: Readonly<Record<string, Amf0Value>> = {
  videoFourCcInfoMap: amf0Object({ avc1: CAN_FORWARD, hvc1: CAN_FORWARD }),
  audioFourCcInfoMap: amf0Object({ mp4a: CAN_FORWARD }),
  capsEx: CAPS_MULTITRACK,
};

/**
 * Window, bandwidth and the result of `connect`; `isEnhanced`: the encoder sent its own
 * capabilities.
 */
export function connectAccepted(transactionId: number, isEnhanced: boolean): Buffer {
  return Buffer.concat([
    control(MESSAGE.windowAckSize, uint32(WINDOW_ACK_BYTES)),
    control(
      MESSAGE.setPeerBandwidth,
      Buffer.concat([uint32(WINDOW_ACK_BYTES), Buffer.of(LIMIT_DYNAMIC)]),
    ),
    command([
      "_result",
      transactionId,
      amf0Object({ fmsVer: "FMS/3,0,1,123", capabilities: 31 }),
      amf0Object({
        level: "status",
        code: "NetConnection.Connect.Success",
        description: "Connection succeeded.",
        objectEncoding: 0,
        ...(isEnhanced && CAPABILITIES),
      }),
    ]),
  ]);
}

export function connectRejected(transactionId: number, description: string): Buffer {
  const information = status("error", "NetConnection.Connect.Rejected", description);
  return command(["_error", transactionId, null, information]);
}

/** An answer without information, as releaseStream and FCPublish want. */
export function emptyResult(transactionId: number): Buffer {
  return command(["_result", transactionId, null, undefined]);
}

export function streamCreated(transactionId: number): Buffer {
  return command(["_result", transactionId, null, MESSAGE_STREAM_ID]);
}

/** NetStream's onStatus, which encoders wait for after `publish`. */
export function onStatus(level: "status" | "error", code: string, description: string): Buffer {
  const body = encodeAmf0(["onStatus", 0, null, status(level, code, description)]);
  return encodeMessage(CHUNK_STREAM.status, MESSAGE.commandAmf0, MESSAGE_STREAM_ID, body);
}

export function streamBegin(): Buffer {
  return control(
    MESSAGE.userControl,
    Buffer.concat([Buffer.of(0, USER_CONTROL.streamBegin), uint32(MESSAGE_STREAM_ID)]),
  );
}

export function acknowledgement(receivedBytes: number): Buffer {
  return control(MESSAGE.acknowledgement, uint32(receivedBytes >>> 0));
}

/** Asks whether the other side is there. */
export function pingRequest(): Buffer {
  return control(
    MESSAGE.userControl,
    Buffer.concat([Buffer.of(0, USER_CONTROL.pingRequest), uint32(0)]),
  );
}

/** Echoes the four bytes of a ping's time. */
export function pingResponse(time: Buffer): Buffer {
  return control(
    MESSAGE.userControl,
    Buffer.concat([Buffer.of(0, USER_CONTROL.pingResponse), time]),
  );
}
