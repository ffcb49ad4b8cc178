/**
 * The cost of an organization's policies for a decision: a user with ten statements in an account
 * five units below the root, without an organization, in one that has AWS's own policies alone, and
 * in one with 1,000 service control policies, nine of its own on each level of the account. The
 * policies deny actions of sixty services under a condition, as guard rails do, so that some speak
 * of what is asked. By the policy engine alone, and by the server's authorizer around it.
 *
 * Run: npx tsx bench/organizations.ts
 */
import { performance } from "node:perf_hooks";
import {
  compilePolicy,
  type DecisionRequest,
  decide,
  type PolicyLayers,
  PolicySet,
} from "../packages/policy/src/index.ts";
import { Authorizer } from "../packages/server/src/authz/authorizer.ts";
import type { OrganizationLevel } from "../packages/server/src/kernel/organization.ts";
import type { IdentityDirectory } from "../packages/server/src/kernel/ports/identity.ts";
import type { Log } from "../packages/server/src/kernel/ports/log.ts";
import type { Caller } from "../packages/server/src/kernel/principal.ts";
import type { Service } from "../packages/server/src/kernel/service.ts";
import { testContext } from "../packages/server/src/kernel/testing/test-context.ts";

const ACCOUNT = "111111111111";
/** The root, five units, the account. */
const LEVELS = 7;
const POLICIES = 1_000;
/** Beside FullAWSAccess, of the ten that a level may have. */
const OWN_PER_LEVEL = 9;
const ROUNDS = 15;
const DECISIONS = 200_000;

const SERVICES = [
  ...["s3", "iam", "ivs", "kms", "sts", "ec2", "lambda", "dynamodb", "sqs", "sns", "ecs", "eks"],
  ...["rds", "logs", "events", "ecr", "athena", "glue", "batch", "backup", "config", "waf", "fsx"],
  ...["dax", "dms", "efs", "emr", "fis", "fms", "iot", "kafka", "lex", "mq", "mgn", "qldb", "ram"],
  ...["rum", "ses", "ssm", "swf", "sso", "tag", "xray", "acm", "aps", "cur", "drs", "ds", "geo"],
  ...["grafana", "health", "kendra", "macie2", "neptune", "organizations", "pipes", "polly"],
  ...["redshift", "route53", "shield"],
];
const ACTIONS = ["Create*", "Delete*", "Put*", "Update*", "Modify*"];

const FULL = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
const guardRail = (index: number) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [0, 1, 2].map((part) => ({
      Effect: "Deny",
      Action: [
        SERVICES[(index * 7 + part * 13) % SERVICES.length],
        ACTIONS[(index + part) % ACTIONS.length],
      ].join(":"),
      Resource: "*",
      Condition: {
        StringNotLike: { "aws:PrincipalArn": `arn:aws:iam::*:role/admin-${index}` },
        StringNotEquals: { "aws:RequestedRegion": ["eu-west-1", "us-east-1"] },
      },
    })),
  });
const scp = (text: string, id: string) => compilePolicy(text, { kind: "scp", id, managed: true });

const identity = new PolicySet([
  compilePolicy(
    JSON.stringify({
      Version: "2012-10-17",
      Statement: Array.from({ length: 10 }, (_, index) => ({
        Effect: "Allow",
        Action: [`${SERVICES[index]}:*`],
        Resource: index === 0 ? "arn:aws:s3:::media/*" : "*",
      })),
    }),
    { kind: "identity", id: "own", managed: false },
  ),
]);

const context = new Map([
  ["aws:principalarn", `arn:aws:iam::${ACCOUNT}:user/alice`],
  ["aws:requestedregion", "eu-west-1"],
]);
const requests: readonly DecisionRequest[] = [
  ...["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"],
  ...["iam:CreateRole", "iam:GetRole", "ivs:CreateChannel", "kms:Decrypt", "sts:AssumeRole"],
].map((action) => ({
  principal: {
    ...{ kind: "user", accountId: ACCOUNT, id: "AIDAQAAAAAAAAAAAAAAAA", userName: "alice" },
    arn: `arn:aws:iam::${ACCOUNT}:user/alice`,
  },
  action,
  resource: action.startsWith("s3") ? "arn:aws:s3:::media/a.ts" : "*",
  resourceAccountId: ACCOUNT,
  context,
}));

const full = scp(FULL, "FullAWSAccess");
const bare = Array.from({ length: LEVELS }, () => new PolicySet([full]));
const startedMs = performance.now();
const all = Array.from({ length: POLICIES }, (_, index) => scp(guardRail(index), `p-${index}`));
const compiledMs = performance.now() - startedMs;
const filled = Array.from({ length: LEVELS }, (_, level) => {
  const own = all.slice(level * OWN_PER_LEVEL, (level + 1) * OWN_PER_LEVEL);
  return new PolicySet([full, ...own]);
});

const ANN = requests[0]?.principal;
const levelsOf = (filledUp: boolean): readonly OrganizationLevel[] =>
  Array.from({ length: LEVELS }, (_, level) => {
    const from = level * OWN_PER_LEVEL;
    const own = filledUp
      ? Array.from({ length: OWN_PER_LEVEL }, (_each, index) => ({
          id: `p-${from + index}`,
          text: guardRail(from + index),
        }))
      : [];
    const kind = level === 0 ? "root" : level === LEVELS - 1 ? "account" : "unit";
    const place = { kind, id: `l-${level}`, arn: `arn:l-${level}`, name: `l-${level}` } as const;
    return { ...place, policies: [{ id: "FullAWSAccess", text: FULL }, ...own] };
  });

/** The server's authorizer, which gathers what applies before it decides. */
function authorizerOf(scpLevels: readonly OrganizationLevel[] | undefined): Authorizer {
  const organization = {
    ...{ id: "o-1", managementAccountId: "000000000000" },
    ...{ rootFeatures: new Set<never>(), administrators: new Map() },
  };
  const member = {
    ...{ accountId: ACCOUNT, organization, orgPath: "o-1/r-1/", isClosed: false },
    ...{ scpLevels: scpLevels ?? [], rcpLevels: [] },
  };
  const members = new Map(scpLevels ? [[ACCOUNT, member]] : []);
  const organizations = { members, hasClosed: false };
  const text = JSON.stringify({
    Version: "2012-10-17",
    Statement: Array.from({ length: 10 }, (_, index) => ({
      Effect: "Allow",
      ...{ Action: `${SERVICES[index]}:*`, Resource: "*" },
    })),
  });
  const directory = {
    noteAccess: () => {},
    generation: () => 0,
    policiesOf: async () => ({
      identity: [{ id: "own", managed: false, text }],
      boundary: undefined,
    }),
  };
  return new Authorizer({
    directory: directory as unknown as IdentityDirectory,
    enforcement: "enforce",
    log: { error: () => {} } as unknown as Log,
    organizations: { current: () => organizations, read: async () => organizations },
  });
}

const ROUND_TRIPS = 100_000;
const service = {} as Service;
async function authorizing(authorizer: Authorizer): Promise<number> {
  const caller = { principal: ANN } as Caller;
  const context = testContext({ operation: "GetObject", caller });
  const pairs = requests.map(({ action, resource }) => ({ action, resource }));
  const start = process.cpuUsage();
  for (let index = 0; index < ROUND_TRIPS; index++) {
    const pair = pairs[index % pairs.length];
    if (pair) await authorizer.authorize(service, pair, context);
  }
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1_000) / ROUND_TRIPS;
}

const variants: readonly (readonly [string, PolicyLayers])[] = [
  ["no organization", { identity }],
  ["7 levels of FullAWSAccess", { identity, scpLevels: bare }],
  [`7 levels of 10, ${POLICIES} in the tree`, { identity, scpLevels: filled }],
];

function nanoseconds(layers: PolicyLayers): number {
  const start = process.cpuUsage();
  for (let index = 0; index < DECISIONS; index++) {
    const request = requests[index % requests.length];
    if (request) decide(request, layers);
  }
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1_000) / DECISIONS;
}

const rounds = new Map<string, number[]>(variants.map(([name]) => [name, []]));
for (const [, layers] of variants) nanoseconds(layers);
// In turn, so that what else the machine does is every variant's.
for (let round = 0; round < ROUNDS; round++)
  for (const [name, layers] of variants) rounds.get(name)?.push(nanoseconds(layers));

const whole = [
  ["the server, no organization", authorizerOf(undefined)],
  ["the server, 7 levels of FullAWSAccess", authorizerOf(levelsOf(false))],
  [`the server, 7 levels of 10, ${POLICIES} in the tree`, authorizerOf(levelsOf(true))],
] as const;
for (const [, authorizer] of whole) await authorizing(authorizer);
for (const [name] of whole) rounds.set(name, []);
for (let round = 0; round < ROUNDS; round++)
  for (const [name, authorizer] of whole) rounds.get(name)?.push(await authorizing(authorizer));

console.log(`compiling ${POLICIES} policies: ${compiledMs.toFixed(0)} ms`);
for (const [name, times] of rounds) {
  const sorted = times.toSorted((one, other) => one - other);
  const [least = 0] = sorted;
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  console.log(`${name}: ${median.toFixed(0)} ns a decision (least ${least.toFixed(0)})`);
}
