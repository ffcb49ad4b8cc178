import assert from "node:assert/strict";
import type { AssumeRoleResponse } from "@aws-sdk/client-sts";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { CLOUDFORMATION } from "../../../kernel/resource-types/resource-calls.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { OperationRow, StackRow } from "../tables.ts";

/** Source: sessions of stacks' roles in CloudTrail. */
const SESSION_NAME = "AWSCloudFormation";
/** A session with less than this to go isn't used for another step. */
const RENEW_BEFORE_MS = 60_000;

type Session = Pick<StackRow, "account_id" | "region">;

/**
 * Assumes a stack's role as CloudFormation: the role's trust policy decides. Rejects with AwsError.
 */
export async function assumeStackRole(
  roleArn: string,
  { region }: Session,
  { invoke, sessions }: Pick<EngineDependencies, "invoke" | "sessions">,
): Promise<Caller> {
  const input = { RoleArn: roleArn, RoleSessionName: SESSION_NAME };
  const { Credentials } = await invoke<AssumeRoleResponse>("sts", "AssumeRole", input, {
    as: { principal: { kind: "service", serviceName: CLOUDFORMATION } },
    region,
  });
  assert(Credentials?.AccessKeyId, "AssumeRole answers credentials");
  const { AccessKeyId, SessionToken } = Credentials;
  const credential = await sessions.findCredential(AccessKeyId, SessionToken);
  assert(typeof credential === "object", "the session just made is known");
  return credential.caller;
}

/** The caller of an operation's steps: a session of its role, or the forwarded session. */
export class OperationCaller {
  readonly #deps: EngineDependencies;
  readonly #operation: OperationRow;
  readonly #stack: StackRow;
  #session: Caller | undefined;

  constructor(deps: EngineDependencies, operation: OperationRow, stack: StackRow) {
    this.#deps = deps;
    this.#operation = operation;
    this.#stack = stack;
  }

  /** Rejects with AwsError if the role can't be assumed, or the session has ended. */
  async current(): Promise<Caller> {
    const { role_arn } = this.#operation;
    const nowMs = this.#deps.clock.nowMs();
    const leftMs = (this.#session?.expiresAtMs ?? nowMs + 2 * RENEW_BEFORE_MS) - nowMs;
    if (this.#session && leftMs > RENEW_BEFORE_MS) return this.#session;
    this.#session =
      role_arn === null
        ? this.#restored(nowMs)
        : await assumeStackRole(role_arn, this.#stack, this.#deps);
    return this.#session;
  }

  #restored(nowMs: number): Caller {
    const { caller, operation_id } = this.#operation;
    const restored = this.#deps.storedCallers.restore(caller, operation_id, nowMs);
    if (restored !== "expired-token") return restored;
    const message = "The security token included in the request is expired";
    throw new AwsError("ExpiredToken", message, { status: 403 });
  }
}
