import { AwsError } from "../../../kernel/aws-error.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { assumeServiceRole } from "../../../kernel/resource-types/service-role.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { OperationRow, StackRow } from "../tables.ts";

/** A session with less than this to go isn't used for another step. */
const RENEW_BEFORE_MS = 60_000;

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
        : await assumeServiceRole(role_arn, this.#stack, this.#deps);
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
