import { createHash } from "node:crypto";
import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { SecretBox } from "../../kernel/crypto/secret-box.ts";
import { arnOf } from "./arns.ts";
import type { ApiDestinationRow, ConnectionRow } from "./tables.ts";

export type AuthParameters = eventbridge.CreateConnectionAuthRequestParameters;

export function connectionArn(row: ConnectionRow): string {
  return arnOf(row, `connection/${row.name}/${row.unique_id}`);
}

/** Secrets Manager ends the ARNs of secrets with six of these. */
const SUFFIX = /[^0-9A-Za-z]/g;

/**
 * The ARN of the connection's own secret. It is derived from the connection's unique id: the secret
 * lasts as long as the connection, through all updates, and a later namesake has another one.
 */
export function connectionSecretArn({ account_id, region, name, unique_id }: ConnectionRow) {
  const hash = createHash("sha256").update(`secret of connection ${unique_id}`).digest();
  const hex = hash.toString("hex");
  const id = [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([from, to]) => hex.slice(from, to))
    .join("-");
  const suffix = hash.subarray(16).toString("base64").replaceAll(SUFFIX, "").slice(0, 6);
  const secret = `events!connection/${name}/${id}-${suffix}`;
  return `arn:aws:secretsmanager:${region}:${account_id}:secret:${secret}`;
}

export function connectionNameOf(arn: string): string {
  return arn.split("/")[1] ?? "";
}

/** Reads the parameters that a connection's requests carry, secrets included. */
export function readParameters(row: ConnectionRow, secrets: SecretBox): AuthParameters {
  const read: AuthParameters = JSON.parse(secrets.open(row.sealed_parameters, row.unique_id));
  return read;
}

/** Source: EventBridge user guide, "API destinations". */
export const DEFAULT_RATE_LIMIT_PER_SECOND = 300;

export function apiDestinationArn(row: ApiDestinationRow): string {
  return arnOf(row, `api-destination/${row.name}/${row.unique_id}`);
}
