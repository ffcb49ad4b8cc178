import { sign } from "../../test/support/signed-request.ts";
import { type Caller, type Key, TRUST } from "./callers.ts";

/** The requests of a round: one again and again, or each of many once. */
export type RequestSource = () => string | readonly string[];

interface MeasuredOperation {
  readonly name: string;
  /** Times moto's rate. */
  readonly wanted: number;
  prepare(endpoint: string, callers: readonly Caller[]): Promise<RequestSource>;
}

/** Below the quota of 1,000 roles in an account, over all rounds. */
const ROLES_PER_CALLER = 950;
/** Includes the one that warms up. */
const ROUNDS = 4;

const IAM = { service: "iam", version: "2010-05-08" };
const STS = { service: "sts", version: "2011-06-15" };

export const OPERATIONS: readonly MeasuredOperation[] = [
  {
    name: "GetRole",
    wanted: 15,
    prepare: (endpoint, callers) =>
      again(endpoint, callers, IAM, ({ roleArn }) => ({
        Action: "GetRole",
        RoleName: roleArn.slice(roleArn.lastIndexOf("/") + 1),
      })),
  },
  {
    name: "GetCallerIdentity",
    wanted: 15,
    prepare: (endpoint, callers) =>
      again(endpoint, callers, STS, () => ({ Action: "GetCallerIdentity" })),
  },
  {
    name: "AssumeRole",
    wanted: 15,
    prepare: (endpoint, callers) =>
      again(endpoint, callers, STS, ({ roleArn }) => ({
        Action: "AssumeRole",
        RoleArn: roleArn,
        RoleSessionName: "bench",
      })),
  },
  {
    name: "CreateRole",
    wanted: 5,
    prepare: async (endpoint, callers) => {
      const requests: string[] = [];
      for (let index = 0; index < ROLES_PER_CALLER; index++)
        for (const [number, { key }] of callers.entries())
          requests.push(
            await signed(endpoint, key, IAM, {
              Action: "CreateRole",
              RoleName: `made-${number}-${index}`,
              AssumeRolePolicyDocument: TRUST,
            }),
          );
      const each = Math.floor(requests.length / ROUNDS);
      return () => requests.splice(0, each);
    },
  },
];

async function again(
  endpoint: string,
  [caller]: readonly Caller[],
  service: typeof IAM,
  fields: (caller: Caller) => Readonly<Record<string, string>>,
): Promise<RequestSource> {
  if (!caller) throw new Error("there is no caller");
  const request = await signed(endpoint, caller.key, service, fields(caller));
  return () => request;
}

async function signed(
  endpoint: string,
  key: Key,
  { service, version }: typeof IAM,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  const body = new URLSearchParams({ ...fields, Version: version }).toString();
  const headers = await sign(
    endpoint,
    { body, headers: { "content-type": "application/x-www-form-urlencoded" } },
    { key, service },
  );
  const all = { ...headers, "content-length": String(body.length), connection: "keep-alive" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `POST / HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}
