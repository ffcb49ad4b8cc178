import { MAX_SESSION_TOKEN_BYTES } from "./constraints.ts";
import { packedPolicyTooLarge } from "./errors.ts";
import type { Session } from "./session.ts";
import type { SessionCredentials } from "./session-credentials.ts";

export interface IssueOptions {
  readonly session: Session;
  readonly minimumTokenBytes: number;
}

/** Credentials in the wire's shape, with the size of their token. */
export interface Issued {
  readonly Credentials: {
    readonly AccessKeyId: string;
    readonly SecretAccessKey: string;
    readonly SessionToken: string;
    readonly Expiration: Date;
  };
  readonly tokenBytes: number;
  /** The token's size in percent of the largest, rounded up. */
  readonly utilization: number;
}

/** @throws PackedPolicyTooLarge when policies and tags make the token larger than it may be. */
export function issueCredentials(credentials: SessionCredentials, options: IssueOptions): Issued {
  const { session, minimumTokenBytes } = options;
  const issued = credentials.issue(session, minimumTokenBytes);
  const tokenBytes = issued.sessionToken.length;
  const utilization = Math.ceil((tokenBytes * 100) / MAX_SESSION_TOKEN_BYTES);
  if (tokenBytes > MAX_SESSION_TOKEN_BYTES) throw tooLarge(session, utilization);
  return {
    Credentials: {
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey,
      SessionToken: issued.sessionToken,
      Expiration: new Date(session.expiresAtMs),
    },
    tokenBytes,
    utilization,
  };
}

function tooLarge(session: Session, utilization: number) {
  const what = session.tags.length > 0 ? "session tags" : "session policies";
  return packedPolicyTooLarge(`Packed size of ${what} consumes ${utilization}% of allotted space.`);
}
