import assert from "node:assert";
import { isIP } from "node:net";
import { formatArn, parseArn } from "../../packages/server/src/kernel/arn.ts";
import { AwsError } from "../../packages/server/src/kernel/aws-error.ts";
import { OutgoingError } from "../../packages/server/src/kernel/outgoing/outgoing-error.ts";
import { OutgoingRules } from "../../packages/server/src/kernel/outgoing/outgoing-rules.ts";
import { logFileOf } from "../../packages/server/src/services/events/delivery/log-file.ts";
import { compilePattern } from "../../packages/server/src/services/events/pattern/compile-pattern.ts";
import { eventOf } from "../../packages/server/src/services/events/put-event.ts";
import { targetPlaceOf } from "../../packages/server/src/services/events/target-arn.ts";
import {
  checkTransformer,
  transformInput,
} from "../../packages/server/src/services/events/target-input/transform-input.ts";
import { type Chance, type FuzzTarget, mutate, nasty } from "./chance.ts";

const RULE = { account_id: "000000000000", region: "us-east-1" };
const OWN_PORT = 4566;
const ARNS = [
  "arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/x:*",
  "arn:aws:events:us-east-1:000000000000:api-destination/a/0b8f9e5c",
  "arn:aws:iam::000000000000:role/path/name",
  "arn:aws:iam::aws:policy/ReadOnlyAccess",
];
const PLACES = ["../..", "..", "%2e%2e", "\n", ":", "/", "us-east-１", "111122223333", "\u0000"];

/** ARNs: the parsed ARN is the written one, and a log group's file is in its rule's folder. */
export const arnTarget: FuzzTarget = {
  name: "ARNs",
  next(chance) {
    const parts = chance.one(ARNS).split(":");
    if (chance.rarely(2)) parts[chance.below(parts.length)] = chance.one(PLACES);
    const text = chance.rarely(2) ? parts.join(":") : mutate(parts.join(":"), chance);
    return { input: { text }, run: () => tryArn(text) };
  },
};

function tryArn(text: string): void {
  const arn = parseArn(text);
  if (!arn) return;
  assert.equal(formatArn(arn).replace(/^arn:aws/, `arn:${arn.partition}`), text);
  assert.match(arn.region, /^[a-z0-9-]{0,63}$/);
  assert.match(arn.accountId, /^(?:[0-9]{12}|aws)?$/);
  const place = targetPlaceOf(text, RULE);
  if (place?.kind !== "log-group") return;
  const file = logFileOf("/data", RULE, place.name);
  assert.match(file, /^\/data\/000000000000\/us-east-1\/[^/]{1,220}\.jsonl$/);
}

const DETAILS = ['{"a":{"b":[1,"x",null,{"c":true}]}}', '{"a.b":[[1]],"__proto__":{"x":1}}', "{}"];
const PATTERNS = [
  '{"detail":{"a":{"b":[{"exists":true},"x"]}}}',
  '{"detail":{"a.b":[{"wildcard":"*x*y*"}],"$or":[{"c":[1]},{"d":[{"cidr":"10.0.0.0/8"}]}]}}',
  '{"source":[{"anything-but":{"prefix":"aws."}},{"numeric":[">",0,"<=",5]}]}',
];
const TEMPLATES = ['{"k":<a>,"t":"<a>"}', '"<a> <aws.events.event.json>"', "[<a>,<b>]", "<a>"];
const PATHS = ["$.detail", "$.detail.a[*]", "$.detail.items[0].x", "$.resources[*][*]", "$"];

/**
 * Events: details, patterns and transformers are refused or work, however deep and odd they are.
 */
export const eventTarget: FuzzTarget = {
  name: "events",
  next(chance) {
    const written = chance.rarely(4) ? deep(chance) : chance.one(DETAILS);
    const detail = chance.rarely(3) ? written : mutate(written, chance);
    const pattern = chance.rarely(2) ? chance.one(PATTERNS) : mutate(chance.one(PATTERNS), chance);
    const template = mutate(chance.one(TEMPLATES), chance);
    const path = chance.rarely(3) ? mutate(chance.one(PATHS), chance) : chance.one(PATHS);
    const source = nasty(chance);
    return {
      input: { detail: detail.slice(0, 2_000), pattern, template, path, source },
      run: () => tryEvent({ detail, pattern, template, path, source }),
    };
  },
};

function deep(chance: Chance): string {
  const depth = chance.one([10, 999, 1_000, 1_001, 50_000]);
  const [open, close] = chance.one([
    ["[", "]"],
    ['{"a":', "}"],
    ['{"a.b":', "}"],
  ] as const);
  return `{"x":${open.repeat(depth)}1${close.repeat(depth)}}`;
}

interface EventInput {
  readonly detail: string;
  readonly pattern: string;
  readonly template: string;
  readonly path: string;
  readonly source: string;
}

function tryEvent({ detail, pattern, template, path, source }: EventInput): void {
  const entry = { Source: source, DetailType: "t", Detail: detail };
  const event = eventOf(entry, RULE, { id: "1", nowMs: 0, bus: { ...RULE, name: "default" } });
  if (!event) return;
  const parsed = JSON.parse(event.json.toString());
  assert.deepEqual(parsed.detail, JSON.parse(detail));
  orRefused(() => assert.equal(typeof compilePattern(pattern)(parsed), "boolean"));
  const transformer = { InputPathsMap: { a: path }, InputTemplate: template };
  orRefused(() => {
    checkTransformer(transformer, "one");
    const facts = { ruleArn: "arn", ruleName: "rule", nowIso: "now" };
    const target = { Id: "one", Arn: "", InputTransformer: transformer };
    assert((transformInput(target, parsed, facts) ?? "").length <= 1024 * 1024);
  });
}

function orRefused(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}

const HOSTS = [
  ...["127.0.0.1", "localhost", "169.254.169.254", "[::1]", "[::ffff:169.254.169.254]", "0x7f.1"],
  ...["2130706433", "[fe80::1]", "[64:ff9b::a9fe:a9fe]", "8.8.8.8", "hooks.example", "0"],
];

/**
 * URLs that callers name: read or refused, and never one of the forbidden addresses.
 */
export const outgoingTarget: FuzzTarget = {
  name: "outgoing URLs",
  next(chance) {
    const port = chance.one(["", ":80", `:${OWN_PORT}`, ":0", ":99999"]);
    const user = chance.rarely(4) ? "user@" : "";
    const scheme = chance.one(["http", "https", "http", "ftp", "HTTP"]);
    const written = `${scheme}://${user}${chance.one(HOSTS)}${port}/x?y#z`;
    const url = chance.rarely(2) ? written : mutate(written, chance);
    return { input: { url }, run: () => tryUrl(url) };
  },
};

const OUTGOING = new OutgoingRules({
  allowed: ["0.0.0.0/0", "::/0"],
  isBoundToLoopback: true,
  ownPorts: () => [OWN_PORT],
  ownUrls: () => [],
});

function tryUrl(text: string): void {
  let url: URL;
  try {
    url = OUTGOING.check(text);
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    assert(text.length < 12 || !error.reason.includes(text));
    return;
  }
  assert(url.username === "" && url.password === "");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isOwnPort = url.port === String(OWN_PORT);
  if (isIP(host) !== 0) {
    assert.doesNotMatch(
      host,
      /^(?:(?:0|169\.254|22[4-9]|2[34]\d|25[0-5])\.|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:|::$)/,
    );
    assert(!isOwnPort || !/^(?:127\.|::1$)/.test(host));
  } else assert(!isOwnPort || !/^(?:.*\.)?localhost\.?$/.test(host));
}
