import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { AwsClients } from "./aws-clients.ts";

export function callerIdentity({ sts }: AwsClients) {
  return sts.send(new GetCallerIdentityCommand({}));
}
