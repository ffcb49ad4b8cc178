import { IAM } from "@aws-sdk/client-iam";
import { type Key, ROOT, type TestServer } from "../../support/test-server.ts";

/** IAM's operations as methods, for one key. */
export function iamOf(server: TestServer, key: Key = ROOT): IAM {
  return new IAM({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: key,
    maxAttempts: 1,
  });
}

/** A user with a key of its own and, when given, one inline policy of these statements. */
export async function makeUser(
  root: IAM,
  name: string,
  statements: readonly object[] = [],
): Promise<Key> {
  await root.createUser({ UserName: name });
  if (statements.length > 0)
    await root.putUserPolicy({
      UserName: name,
      PolicyName: "own",
      PolicyDocument: policyOf(statements),
    });
  const { AccessKey } = await root.createAccessKey({ UserName: name });
  return {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
}

export function policyOf(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export function allow(action: string | readonly string[], extra: object = {}): object {
  return { Effect: "Allow", Action: action, Resource: "*", ...extra };
}

/** A trust policy for one principal, e.g. `{ Service: "ec2.amazonaws.com" }`. */
export function trusting(principal: object): string {
  return policyOf([{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }]);
}

export const EC2_TRUST = trusting({ Service: "ec2.amazonaws.com" });

/** A document of an answer, decoded and parsed. */
export function documentIn(encoded: string | undefined): unknown {
  return JSON.parse(decodeURIComponent(encoded ?? ""));
}

/** The error of an SDK call, as the wire had it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

/** Runs a call that must fail. */
export async function failureOf(call: () => Promise<unknown>): Promise<Failure> {
  try {
    await call();
  } catch (error) {
    const failure = error as Error & {
      readonly Code?: string;
      readonly Error?: { readonly Code?: string };
      readonly $metadata?: { readonly httpStatusCode?: number };
    };
    return {
      code: failure.Code ?? failure.Error?.Code ?? failure.name,
      message: failure.message,
      status: failure.$metadata?.httpStatusCode ?? 0,
    };
  }
  throw new Error("The call succeeded, and shouldn't have.");
}
