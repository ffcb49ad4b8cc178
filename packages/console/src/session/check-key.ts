import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { SignedIn } from "./signed-in.ts";

/** Asks STS whose the key is. @throws what refuses it. */
export async function checkKey(key: SignedIn): Promise<void> {
  const endpoint = window.location.origin;
  const sts = new STSClient({ endpoint, region: "us-east-1", credentials: { ...key } });
  await sts.send(new GetCallerIdentityCommand({}));
}
