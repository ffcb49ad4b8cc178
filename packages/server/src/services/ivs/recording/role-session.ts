import { assumeRoleFor, type RoleAssumer } from "../../../kernel/assume-role.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { IVS_PRINCIPAL, recordToS3RoleArn } from "../recording-configurations/record-to-s3-role.ts";

/** A session is renewed when less than this of it is left. */
const RENEW_BEFORE_MS = 5 * 60_000;

export interface RoleSessionOptions extends RoleAssumer {
  readonly accountId: string;
  readonly region: string;
  /** Unique for its purpose; shows in the session's ARN. */
  readonly sessionName: string;
  readonly clock: Clock;
}

/** As long as a service-linked role's sessions last. */
const SESSION_SECONDS = 3600;

/**
 * IVS's own session of the service-linked role. It is got like anybody's: the service principal
 * calls AssumeRole and the role's trust policy decides.
 */
export class RoleSession {
  readonly #options: RoleSessionOptions;
  #caller: Caller | undefined;

  constructor(options: RoleSessionOptions) {
    this.#options = options;
  }

  /** A session that has a while to go. Rejects with AwsError when the role can't be assumed. */
  async caller(): Promise<Caller> {
    const leftMs = (this.#caller?.expiresAtMs ?? 0) - this.#options.clock.nowMs();
    if (this.#caller && leftMs > RENEW_BEFORE_MS) return this.#caller;
    this.#caller = await this.#assume();
    return this.#caller;
  }

  /** A token that was refused as expired or invalid isn't used again. */
  forget(): void {
    this.#caller = undefined;
  }

  #assume(): Promise<Caller> {
    const { accountId, region, sessionName } = this.#options;
    const roleArn = recordToS3RoleArn(accountId);
    const of = { service: IVS_PRINCIPAL, onBehalfOf: { accountId }, sessionName };
    return assumeRoleFor({ ...of, roleArn, region, seconds: SESSION_SECONDS }, this.#options);
  }
}
