import { expect, test } from "vitest";
import type { ServiceDefinition } from "../service-definition.ts";
import { ServiceWire } from "../service-wire.ts";

/*
 * An answer has whole numbers in members of each kind: the documents of every protocol tell those
 * that are floating-point in the model from integers, and JSON and CBOR have seconds as floats.
 */

const NUMBER = 1;
const LIST = 64;
const MAP = 128;
const EPOCH_SECONDS = 7;

const INPUT = [3, "com.example", "MeasureInput", 0, [], []] as const;
const INSIDE = [3, "com.example", "Inside", 0, ["Ratio", "Count"], [NUMBER, NUMBER]] as const;
const OUTPUT = [
  ...[3, "com.example", "MeasureOutput", 0],
  ["Count", "Ratio", "Counts", "Ratios", "CountOf", "RatioOf", "Inside", "At"],
  [
    ...[NUMBER, NUMBER, LIST | NUMBER, LIST | NUMBER, MAP | NUMBER, MAP | NUMBER],
    ...[() => INSIDE, EPOCH_SECONDS],
  ],
] as const;
const TRAITS = { http: ["GET", "/measure", 200] };
const MEASURE = [9, "com.example", "Measure", TRAITS, () => INPUT, () => OUTPUT] as const;

const ANSWER = {
  ...{ Count: 30, Ratio: 30, Counts: [1, 2], Ratios: [1, 0.5], CountOf: { a: 3 } },
  ...{ RatioOf: { a: 3 }, Inside: { Ratio: 4, Count: 4 }, At: new Date(1_759_334_400_000) },
};

const JSON_TEXT =
  '{"Count":30,"Ratio":30.0,"Counts":[1,2],"Ratios":[1.0,0.5],"CountOf":{"a":3},' +
  '"RatioOf":{"a":3.0},"Inside":{"Ratio":4.0,"Count":4},"At":1.7593344E9}';
const entry = (number: string) => `<entry><key>a</key><value>${number}</value></entry>`;
const XML_TEXT =
  "<Count>30</Count><Ratio>30.0</Ratio>" +
  "<Counts><member>1</member><member>2</member></Counts>" +
  "<Ratios><member>1.0</member><member>0.5</member></Ratios>" +
  `<CountOf>${entry("3")}</CountOf><RatioOf>${entry("3.0")}</RatioOf>` +
  "<Inside><Ratio>4.0</Ratio><Count>4</Count></Inside><At>";

function encode(protocol: ServiceDefinition["protocol"]) {
  const wire = new ServiceWire({
    ...{ name: "example", signingName: "example", version: "2026-01-01", protocol },
    ...{ targetPrefix: "Example", schemas: { Measure: MEASURE } },
    floats: ["MeasureOutput.Ratio", "MeasureOutput.Ratios", "MeasureOutput.RatioOf"].concat(
      "Inside.Ratio",
    ),
  });
  const operation = wire.operations.get("Measure");
  if (operation === undefined) throw new Error("Measure doesn't exist");
  const { body } = wire.encodeOutput(operation, ANSWER, "4442587FB7D0A2F9");
  return Buffer.from((body ?? "") as string | Uint8Array);
}

test.each(["awsJson1_0", "awsJson1_1", "restJson1"] as const)("%s in text", (protocol) => {
  expect(encode(protocol).toString()).toBe(JSON_TEXT);
});

test.each(["awsQuery", "restXml"] as const)("%s in elements", (protocol) => {
  expect(encode(protocol).toString()).toContain(XML_TEXT);
});

test("rpcV2Cbor in major types", () => {
  const float = (high: string) => `fb${high.padEnd(16, "0")}`;
  const name = (text: string) =>
    (0x60 | text.length).toString(16) + Buffer.from(text).toString("hex");
  expect(encode("rpcV2Cbor").toString("hex")).toBe(
    [
      ...["bf", name("Count"), "181e", name("Ratio"), float("403e")],
      ...[name("Counts"), "9f0102ff", name("Ratios"), "9f", float("3ff"), float("3fe"), "ff"],
      ...[name("CountOf"), "bf", name("a"), "03ff"],
      ...[name("RatioOf"), "bf", name("a"), float("4008"), "ff"],
      ...[name("Inside"), "bf", name("Ratio"), float("401"), name("Count"), "04ff"],
      ...[name("At"), "c1", float("41da37540"), "ff"],
    ].join(""),
  );
});
