import type { RoleRecord } from "../../kernel/ports/identity.ts";
import { issueCredentials } from "./issue-credentials.ts";
import type { Session } from "./session.ts";
import { assumedRoleArn, type SessionCredentials } from "./session-credentials.ts";

/** The differences between AssumeRole and its siblings. */
export interface RoleSession
  extends Pick<
    Session,
    "policy" | "policyArns" | "tags" | "transitiveTagKeys" | "sourceIdentity" | "context"
  > {
  readonly role: RoleRecord;
  readonly sessionName: string;
  readonly issuedAtMs: number;
  readonly seconds: number;
  readonly minimumTokenBytes: number | undefined;
}

/** The part of the answer that AssumeRole and its siblings share. */
export function issueRoleSession(credentials: SessionCredentials, asked: RoleSession) {
  const { role, sessionName, issuedAtMs, policy, policyArns, tags, sourceIdentity } = asked;
  const { accountId, roleId, roleName } = role;
  const issued = issueCredentials(credentials, {
    session: {
      identity: { kind: "role", accountId, roleArn: role.arn, roleId, roleName, sessionName },
      issuedAtMs,
      expiresAtMs: issuedAtMs + asked.seconds * 1000,
      policy,
      policyArns,
      tags,
      transitiveTagKeys: asked.transitiveTagKeys,
      sourceIdentity,
      // A role's session doesn't count as MFA, even if AssumeRole had a code. Source: IAM
      // User Guide, "Secure API access with MFA".
      multiFactorAuth: false,
      context: asked.context,
    },
    minimumTokenBytes: asked.minimumTokenBytes ?? 0,
  });
  const packed = policy !== undefined || policyArns.length > 0 || tags.length > 0;
  return {
    Credentials: issued.Credentials,
    AssumedRoleUser: {
      AssumedRoleId: `${roleId}:${sessionName}`,
      Arn: assumedRoleArn(accountId, roleName, sessionName),
    },
    SessionTokenSize: issued.tokenBytes,
    SessionTokenUtilization: issued.utilization,
    ...(packed ? { PackedPolicySize: issued.utilization } : {}),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
  };
}
