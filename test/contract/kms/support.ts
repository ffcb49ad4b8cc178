import { KMSClient } from "@aws-sdk/client-kms";
import { type Key, ROOT, type TestServer } from "../../support/test-server.ts";

/** A client of KMS; without a key it signs as the root user. */
export function kmsOf(
  { endpoint }: Pick<TestServer, "endpoint">,
  key: Key = ROOT,
  region = "us-east-1",
): KMSClient {
  return new KMSClient({ endpoint, region, credentials: key, maxAttempts: 1 });
}

/** `code: message` of a refusal; `done` where there was none. */
/** The SDK's word for an error whose message is empty. */
export const EMPTY = "UnknownError";

export function outcomeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => "done",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}
