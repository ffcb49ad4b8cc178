import { expect, test } from "vitest";
import { checkTargetArn, targetPlaceOf } from "./target-arn.ts";

const RULE = { account_id: "000000000000", region: "us-east-1" };
const GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:/a/b_c";
const DESTINATION = "arn:aws:events:us-east-1:000000000000:api-destination/a.b/0-f";

/** The same ARN with one part replaced, counted from 0. */
function withPart(arn: string, part: number, value: string): string {
  const parts = arn.split(":");
  parts[part] = value;
  return parts.join(":");
}

function outcome(arn: string): unknown {
  try {
    return checkTargetArn(arn, RULE);
  } catch (error) {
    const { code, message } = error as { readonly code: string; readonly message: string };
    return `${code}: ${message.replace(arn, "<arn>").slice(0, 45)}`;
  }
}

const MALFORMED = "ValidationException: Parameter <arn> is not valid. Reason: Provide";
const FOREIGN = "AccessDeniedException: Access to the resource <arn> is denied. Reaso";
const ELSEWHERE = "ValidationException: Cross-region api call is not allowed.";
const group = (name: string) => ({ kind: "log-group", name });

test.each<[string, unknown]>([
  [GROUP, group("/a/b_c")],
  [`${GROUP}:*`, group("/a/b_c")],
  [DESTINATION, { kind: "api-destination", name: "a.b" }],
  // One wrong part.
  ...([GROUP, DESTINATION] as const).flatMap((arn): [string, unknown][] => [
    [withPart(arn, 0, "arm"), MALFORMED],
    [withPart(arn, 1, "aws-cn"), MALFORMED],
    [withPart(arn, 2, "sqs"), MALFORMED],
    [withPart(arn, 3, "eu-west-1"), ELSEWHERE],
    [withPart(arn, 3, ""), MALFORMED],
    [withPart(arn, 4, "111122223333"), FOREIGN],
    [withPart(arn, 4, ""), MALFORMED],
  ]),
  [withPart(DESTINATION, 2, "logs"), MALFORMED],
  [withPart(GROUP, 2, "events"), MALFORMED],
  // Names.
  ...["", "..", ".", "../a", "a/..", "a/../b", "a/.", "./a", "a b", "a\n", "a:b", "a:*:*"].map(
    (name): [string, unknown] => [withPart(GROUP, 6, name), MALFORMED],
  ),
  [withPart(GROUP, 6, "..:*"), MALFORMED],
  [withPart(GROUP, 6, "x".repeat(512)), group("x".repeat(512))],
  [withPart(GROUP, 6, "x".repeat(513)), MALFORMED],
  [withPart(GROUP, 6, ".a/..b/c..#-"), group(".a/..b/c..#-")],
  ...[
    "a",
    "/a/b",
    "a/",
    `${"x".repeat(65)}/b`,
    `a/${"x".repeat(65)}`,
    "a/b/c",
    "a/b ",
    "a b/c",
  ].map((name): [string, unknown] => [
    withPart(DESTINATION, 5, `api-destination/${name}`),
    MALFORMED,
  ]),
  [
    withPart(DESTINATION, 5, `api-destination/${"x".repeat(64)}/${"y".repeat(64)}`),
    { kind: "api-destination", name: "x".repeat(64) },
  ],
  // Kinds of targets that this server hasn't.
  ["arn:aws:sqs:us-east-1:000000000000:queue", undefined],
  ["arn:aws:logs:us-east-1:000000000000:other:a", undefined],
])("a target at %j", (arn, expected) => {
  expect(outcome(arn)).toEqual(expected);
  // One that is stored leads where it led when it was taken, or nowhere.
  expect(targetPlaceOf(arn, RULE)).toEqual(typeof expected === "object" ? expected : undefined);
});
