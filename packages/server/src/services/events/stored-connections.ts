import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { SecretBox } from "../../kernel/crypto/secret-box.ts";
import { arnOf } from "./arns.ts";
import type { ApiDestinationRow, ConnectionRow } from "./tables.ts";

export type AuthParameters = eventbridge.CreateConnectionAuthRequestParameters;

export function connectionArn(row: ConnectionRow): string {
  return arnOf(row, `connection/${row.name}/${row.unique_id}`);
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
