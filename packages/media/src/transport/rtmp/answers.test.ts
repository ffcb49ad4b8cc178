import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeAmf0 } from "../../container/flv/amf0.ts";
import { EngineHarness } from "../../testing/engine-harness.ts";
import { RtmpClient } from "../../testing/rtmp-client.ts";
import * as answers from "./answers.ts";
import { ChunkReader } from "./chunk-reader.ts";

/** The messages in an answer, and the chunk streams that they begin on. */
function read(answer: Buffer) {
  const messages: unknown[] = [];
  const limits = { chunkStreamsMax: 64, messageBytesMax: 1 << 16 };
  const reader = new ChunkReader(limits, (type, stream, timestampMs, payload) => {
    const isCommand = type === 20;
    messages.push([
      ...[type, stream, timestampMs],
      isCommand ? decodeAmf0(Buffer.from(payload)) : payload.toString("hex"),
    ]);
  });
  reader.push(answer);
  return [(answer[0] ?? 0) & 0x3f, ...messages];
}

const object = (members: Record<string, unknown>) => new Map(Object.entries(members));

/** Adobe, "RTMP 1.0", 5.4, 7.1.7 and 7.2; Veovera, "Enhanced RTMP v2". */
describe("the server says", () => {
  const success = {
    ...{ level: "status", code: "NetConnection.Connect.Success" },
    ...{ description: "Connection succeeded.", objectEncoding: 0 },
  };
  const result = (information: Record<string, unknown>) => [
    2,
    [5, 0, 0, "002625a0"],
    [6, 0, 0, "002625a002"],
    [
      ...[20, 0, 0],
      ["_result", 1, object({ fmsVer: "FMS/3,0,1,123", capabilities: 31 }), object(information)],
    ],
  ];
  const enhanced = {
    videoFourCcInfoMap: object({ avc1: 4, hvc1: 4 }),
    audioFourCcInfoMap: object({ mp4a: 4 }),
    capsEx: 2,
  };
  const said = (level: string) => object({ level, code: "A.B", description: "c" });

  test.each([
    ["accepted", answers.connectAccepted(1, false), result(success)],
    ["accepted, enhanced", answers.connectAccepted(1, true), result({ ...success, ...enhanced })],
    [
      "rejected",
      answers.connectRejected(7, "no"),
      [
        3,
        [
          ...[20, 0, 0],
          [
            ...["_error", 7, null],
            object({
              ...{ level: "error", code: "NetConnection.Connect.Rejected", description: "no" },
            }),
          ],
        ],
      ],
    ],
    ["nothing", answers.emptyResult(3), [3, [20, 0, 0, ["_result", 3, null, undefined]]]],
    ["a stream", answers.streamCreated(4), [3, [20, 0, 0, ["_result", 4, null, 1]]]],
    [
      "a status",
      answers.onStatus("status", "A.B", "c"),
      [5, [20, 1, 0, ["onStatus", 0, null, said("status")]]],
    ],
    [
      "an error",
      answers.onStatus("error", "A.B", "c"),
      [5, [20, 1, 0, ["onStatus", 0, null, said("error")]]],
    ],
    ["the stream's begin", answers.streamBegin(), [2, [4, 0, 0, "000000000001"]]],
    ["how much it has", answers.acknowledgement(2 ** 32 + 5), [2, [3, 0, 0, "00000005"]]],
    [
      "a ping's time",
      answers.pingResponse(Buffer.from("01020304", "hex")),
      [2, [4, 0, 0, "000701020304"]],
    ],
  ])("%s", (_, answer, expected) => {
    expect(read(answer)).toEqual(expected);
  });
});

describe("the application", () => {
  const harness = new EngineHarness();
  beforeAll(() => harness.start());
  afterAll(() => harness.engine.close());

  test.each([
    ["app", true],
    ["app/", true],
    ["app?token=1/", true],
    ["app/?token=1", true],
    ["/app", false],
    ["apps", false],
    ["app//", false],
    ["", false],
  ])("%j is taken: %s", async (app, isTaken) => {
    const client = await (await RtmpClient.open(harness.rtmpPort)).handshake();
    await client.connectApp(app);
    expect(client.commands[0]?.[0]).toBe(isTaken ? "_result" : "_error");
    client.socket.destroy();
  });
});
