import { describe, expect, test } from "vitest";
import { calledThrough } from "../kernel/call-chain.ts";
import type { Caller, ContextValue } from "../kernel/principal.ts";
import type { RequestContext } from "../kernel/request-context.ts";
import { testContext } from "../kernel/testing/test-context.ts";
import { ConditionContext } from "./condition-context.ts";

/*
 * Source: IAM user guide, "AWS global condition context keys": aws:CalledVia and its kin are there
 * for a service that uses its caller's credentials, and not for one that uses a role of its own.
 */

const ACCOUNT = "000000000000";
const ARN = `arn:aws:iam::${ACCOUNT}:user/ann`;
const IVS = "ivs.amazonaws.com";
const CLOUDFORMATION = "cloudformation.amazonaws.com";
const BATCH = "batch.amazonaws.com";
const ROLE_NAME = "AWSServiceRoleForIVSRecordToS3";
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/${IVS}/${ROLE_NAME}`;
const USER: Caller = {
  principal: { kind: "user", accountId: ACCOUNT, arn: ARN, id: "AIDAQ", userName: "ann" },
};
const SERVICE: Caller = {
  principal: {
    kind: "service",
    serviceName: IVS,
    onBehalfOf: { accountId: ACCOUNT, resourceArn: "arn:aws:ivs:::channel/a" },
  },
};
const ELSEWHERE: Caller = {
  principal: { kind: "service", serviceName: IVS, onBehalfOf: "unknown" },
};
const SERVICE_ROLE: Caller = {
  principal: {
    kind: "role-session",
    accountId: ACCOUNT,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${ROLE_NAME}/recording`,
    roleArn: ROLE_ARN,
    roleId: "AROAQ",
    roleName: ROLE_NAME,
    sessionName: "recording",
    serviceLinked: true,
  },
};
const ADDRESS = "192.0.2.1";

type Keys = Readonly<Record<string, ContextValue | undefined>>;

const through = (caller: Caller, ...services: string[]) => services.reduce(calledThrough, caller);
const chainKeys = (...services: string[]): Keys => ({
  "aws:viaawsservice": "true",
  "aws:calledvia": services,
  "aws:calledviafirst": services[0],
  "aws:calledvialast": services.at(-1),
  "aws:sourceip": undefined,
});
const NO_CHAIN: Keys = {
  "aws:viaawsservice": "false",
  "aws:calledvia": undefined,
  "aws:calledviafirst": undefined,
  "aws:calledvialast": undefined,
  "aws:sourceip": ADDRESS,
};
const NO_SOURCE: Keys = {
  ...{ "aws:sourceaccount": undefined, "aws:sourcearn": undefined },
  ...{ "aws:sourceorgid": undefined, "aws:sourceorgpaths": undefined },
};
const USER_KEYS: Keys = {
  ...NO_SOURCE,
  "aws:principalarn": ARN,
  "aws:username": "ann",
  "aws:principalisawsservice": "false",
  "aws:principalservicename": undefined,
};
const SOURCE: Keys = {
  "aws:sourceaccount": ACCOUNT,
  "aws:sourcearn": "arn:aws:ivs:::channel/a",
};
const SERVICE_KEYS: Keys = {
  "aws:principalarn": undefined,
  "aws:username": undefined,
  "aws:principalisawsservice": "true",
  "aws:principalservicename": IVS,
};
const ROLE_KEYS: Keys = {
  "aws:principalarn": ROLE_ARN,
  "aws:username": undefined,
  "aws:principalisawsservice": "false",
  "aws:principalservicename": undefined,
};

describe.each<readonly [string, Caller, Keys]>([
  ["a user", USER, { ...USER_KEYS, ...NO_CHAIN }],
  ["a user through one service", through(USER, IVS), { ...USER_KEYS, ...chainKeys(IVS) }],
  [
    "a user through two",
    through(USER, CLOUDFORMATION, IVS),
    { ...USER_KEYS, ...chainKeys(CLOUDFORMATION, IVS) },
  ],
  [
    "a user through three, one of them twice",
    through(USER, IVS, BATCH, IVS),
    { ...USER_KEYS, ...chainKeys(IVS, BATCH, IVS) },
  ],
  ["a service itself", SERVICE, { ...SERVICE_KEYS, ...NO_CHAIN, ...SOURCE }],
  ["a service that runs elsewhere", ELSEWHERE, { ...SERVICE_KEYS, ...NO_CHAIN, ...NO_SOURCE }],
  ["a service's own role", SERVICE_ROLE, { ...ROLE_KEYS, ...NO_CHAIN }],
])("%s", (_name, caller, keys) => {
  const context = testContext({ caller, sourceIp: ADDRESS });
  const pair = { action: "s3:GetObject", resource: "*" };
  const conditions = new ConditionContext(context, pair, caller);

  test.each(Object.entries(keys))("has %s", (key, value) => {
    expect(conditions.get(key)).toEqual(value);
  });

  test("shows the keys of its chain", () => {
    const shown = new Map(conditions.entries().map(([key, value]) => [key.toLowerCase(), value]));
    for (const key of Object.keys(NO_CHAIN)) expect(shown.get(key)).toEqual(keys[key]);
  });
});

/*
 * The keys that are there for every signed request of a user in an organization, with multi-factor
 * authentication; each of them is shown where a decision is explained.
 */
test("every global key that has a value is shown", () => {
  const caller: Caller = { ...through(USER, IVS), multiFactorAuthAtMs: 0 };
  const request = { caller, userAgent: "aws-cli", referer: "https://a/", secure: true };
  const pair = { action: "s3:GetObject", resource: "*", context: { "s3:prefix": "a" } };
  const member = { orgPath: "o-1/r-1/ou-1/", organization: { id: "o-1" } };
  const organizations = { members: new Map([[ACCOUNT, member]]) };
  const keys = (context: RequestContext) =>
    new ConditionContext(context, pair, caller, organizations as never).entries();
  const names = (shown: ReturnType<typeof keys>) =>
    shown.map(([key]) => key.toLowerCase()).toSorted();
  const common = [
    ...["aws:currenttime", "aws:epochtime", "aws:multifactorauthage", "aws:principalaccount"],
    ...["aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltype"],
    ...["aws:referer", "aws:requestedregion", "aws:resourceaccount", "aws:resourceorgid"],
    ...["aws:resourceorgpaths", "aws:securetransport", "aws:useragent", "aws:userid"],
    ...["aws:username", "aws:viaawsservice", "s3:prefix"],
  ];
  const chained = ["aws:calledvia", "aws:calledviafirst", "aws:calledvialast"];
  const forwarded = keys(testContext(request));
  expect(names(forwarded)).toEqual([...common, ...chained].toSorted());
  const direct = keys(testContext({ ...request, caller: USER, sourceIp: ADDRESS }));
  expect(names(direct)).toEqual([...common, "aws:sourceip"].toSorted());
});

test("a service's call has the organization of the account that it is for", () => {
  const member = { orgPath: "o-1/r-1/ou-1/", organization: { id: "o-1" } };
  const organizations = { members: new Map([[ACCOUNT, member]]) };
  const pair = { action: "sts:AssumeRole", resource: "*" };
  const keysOf = (caller: Caller) =>
    new ConditionContext(testContext({ caller }), pair, caller, organizations as never);
  for (const [key, value] of [
    ["aws:sourceorgid", "o-1"],
    ["aws:sourceorgpaths", ["o-1/r-1/ou-1/"]],
  ] as const) {
    expect(keysOf(SERVICE).get(key)).toEqual(value);
    expect(keysOf(ELSEWHERE).get(key)).toBeUndefined();
    expect(keysOf(USER).get(key)).toBeUndefined();
  }
});

test("a service's call isn't bound to what bound its caller", () => {
  const bound: Caller = { ...through(USER, IVS), forwardedOperations: ["iam:PassRole"] };
  expect(calledThrough(bound, BATCH)).toEqual(through(USER, IVS, BATCH));
});
