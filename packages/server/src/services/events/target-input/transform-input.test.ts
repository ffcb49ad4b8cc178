import { describe, expect, test } from "vitest";
import type { AwsEvent } from "../../../kernel/events.ts";
import { asJsonLine, readSendable } from "./target-json.ts";
import { checkTransformer, transformInput } from "./transform-input.ts";

const EVENT: AwsEvent = {
  version: "0",
  id: "7b1f",
  "detail-type": "Went live",
  source: "aws.ivs",
  account: "000000000000",
  time: "2026-01-02T03:04:05Z",
  region: "us-east-1",
  resources: [],
  detail: { text: "a", object: { b: "c", d: 2 }, list: ["e"], none: null, quoted: 'f "g"' },
};
const FACTS = { ruleArn: "arn:rule", ruleName: "rule", nowIso: "2026-01-02T03:04:06.789Z" };
const PATHS = {
  ...{ text: "$.detail.text", object: "$.detail.object", list: "$.detail.list[*]" },
  ...{ none: "$.detail.none", quoted: "$.detail.quoted", missing: "$.detail.missing" },
};

const NO_OBJECT =
  "InputTemplate for target one contains placeholder aws.events.event valid only for JSON template.";

describe("what a target is sent", () => {
  test.each([
    // An object's values are JSON, and text within strings: another value's quotes break those.
    ['{"a":[<text>,<object>,<none>,<missing>]}', '{"a":["a",{"b":"c","d":2},null,""]}'],
    ['{"a":"<text> <quoted><missing> <list>!"}', undefined],
    ['{"a":"<text> <quoted><missing>!"}', '{"a":"a f \\"g\\"!"}'],
    ['{"a":"<object>"}', undefined],
    // Any other template is filled in with plain text.
    ['"<text>: <object> <list><missing>"', '"a: {b:c,d:2} [e]"'],
    ['"\\"<text>\\""', '"\\"a\\""'],
    ['"<text>"\n"<none>"', '"a"\n"null"'],
    ["[<none>]", "[null]"],
    ['"<quoted>"', undefined],
    ["[<text>]", undefined],
    ["[1,<missing>]", undefined],
    ["<missing>", undefined],
    [
      '{"n":<aws.events.rule-name>,"t":"<aws.events.event.ingestion-time>"}',
      `{"n":"rule","t":"${FACTS.nowIso}"}`,
    ],
    ['{"e":<aws.events.event.json>}', JSON.stringify({ e: EVENT })],
    [
      '{"e":<aws.events.event>}',
      '{"e":{"id":"7b1f","account":"000000000000","detailType":"Went live","time":1767323045000,"source":"aws.ivs","region":"us-east-1","resources":[],"version":"0"}}',
    ],
    ['{"e":<aws.events.other>}', undefined],
  ])("of the template %s is %s", (InputTemplate, sent) => {
    const InputTransformer = { InputPathsMap: PATHS, InputTemplate };
    checkTransformer(InputTransformer, "one");
    const input = transformInput({ Id: "one", Arn: "", InputTransformer }, EVENT, FACTS);
    expect(input !== undefined && readSendable(input) ? input : undefined).toBe(sent);
  });

  test("isn't made of a large value that a template names again and again", () => {
    const event = { ...EVENT, detail: { text: "x".repeat(200_000) } };
    const InputTransformer = { InputPathsMap: { a: "$.detail.text" }, InputTemplate: "" };
    for (const place of ["<a>", '"<a>"']) {
      InputTransformer.InputTemplate = `{"k":[${new Array(1_300).fill(place).join(",")}]}`;
      const target = { Id: "one", Arn: "", InputTransformer };
      expect(transformInput(target, event, FACTS)).toBeUndefined();
    }
  });

  test("isn't made by paths that lead through a large event again and again", () => {
    const event = { ...EVENT, detail: { list: new Array(100_000).fill({}) } };
    const input = (count: number) => {
      const paths = Array.from({ length: count }, (_, at) => [`a${at}`, "$.detail.list[*].b"]);
      const InputPathsMap = Object.fromEntries(paths);
      const InputTransformer = { InputPathsMap, InputTemplate: '{"a":<a0>}' };
      return transformInput({ Id: "one", Arn: "", InputTransformer }, event, FACTS);
    };
    expect(input(2)).toBe('{"a":[]}');
    expect(input(100)).toBeUndefined();
  });

  test("of a variable without paths is its name", () => {
    const InputTransformer = { InputTemplate: '"<text>"' };
    checkTransformer(InputTransformer, "one");
    expect(transformInput({ Id: "one", Arn: "", InputTransformer }, EVENT, FACTS)).toBe('"<text>"');
  });

  test.each([
    ["aws.events.rule-arn", FACTS.ruleArn],
    ["aws.events.rule-name", FACTS.ruleName],
    ["aws.events.event.ingestion-time", FACTS.nowIso],
  ])("of the predefined variable %s is never a value of the event", (name, sent) => {
    const InputPathsMap = { [name]: "$.detail.text" };
    const InputTransformer = { InputPathsMap, InputTemplate: `"<${name}>"` };
    const input = transformInput({ Id: "one", Arn: "", InputTransformer }, EVENT, FACTS);
    expect(input).toBe(JSON.stringify(sent));
  });

  test.each(["", "$.detail.missing", "$.detail.none"])(
    "of the path %j is an empty object",
    (path) => {
      expect(transformInput({ Id: "one", Arn: "", InputPath: path }, EVENT, FACTS)).toBe("{}");
    },
  );

  test.each([
    [
      "{<text>:1}",
      'Invalid InputTemplate for target one : [Source: (String)"{null:1}"; line: 1, column: 2].',
    ],
    [
      "hi <text>",
      'Invalid InputTemplate for target one : [Source: (String)"hi null"; line: 1, column: 1].',
    ],
    ['{"a <text>b" : 1}', "InputTemplate placeholder present as a JSON object key for target one."],
    ['"<other>"', "InputTemplate for target one contains invalid placeholder other."],
    ['"<aws.events.event>"', NO_OBJECT],
    ["[<aws.events.event>]", NO_OBJECT],
    ['{"a":"<aws.events.event>"}', NO_OBJECT],
  ])("can't be of the template %s", (InputTemplate, message) => {
    const check = () => checkTransformer({ InputPathsMap: PATHS, InputTemplate }, "one");
    expect(check).toThrow(message);
  });

  test.each(["$.detail.*", "$['detail']", "$.detail.list[-1]", "$.detail.list[0:1]", "$..a", ""])(
    "can't be of the path %j",
    (path) => {
      const check = () =>
        checkTransformer({ InputPathsMap: { a: path }, InputTemplate: "1" }, "one");
      expect(check).toThrow("InputPath for target one is invalid.");
    },
  );
});

describe("a line of a log group's file", () => {
  test.each([
    ['{"a": "b\\nc"}', '{"a": "b\\nc"}'],
    ['{\r\n"a":\n\n1\n}', '{ "a": 1 }'],
    ['"a"\n', '"a" '],
    ['"said a"\n"ADMIN logged in"', '"said a\\nADMIN logged in"'],
    ['\n"a"\r\n "b\\r"\n', '"a\\nb\\r"'],
  ])("of %j is %j", (input, line) => {
    const read = readSendable(input);
    expect(read && asJsonLine(input, read)).toBe(line);
  });
});
