import { GetKeyPolicyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { kmsOf } from "./key-calls.ts";

export async function readKeyPolicy(aws: AwsClients, KeyId: string): Promise<string | undefined> {
  return (await kmsOf(aws).send(new GetKeyPolicyCommand({ KeyId }))).Policy;
}

export function writeKeyPolicy(aws: AwsClients, KeyId: string, Policy: string): Promise<unknown> {
  return kmsOf(aws).send(new PutKeyPolicyCommand({ KeyId, Policy }));
}
