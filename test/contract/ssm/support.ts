import { SSM } from "@aws-sdk/client-ssm";
import { type Key, ROOT, type TestServer } from "../../support/test-server.ts";

/** A client of SSM; without a key it signs as the root user. */
export function ssmOf({ endpoint }: Pick<TestServer, "endpoint">, key: Key = ROOT): SSM {
  return new SSM({ endpoint, region: "us-east-1", credentials: key, maxAttempts: 1 });
}

/** `code: message` of a refusal; `done` where there was none. */
export function outcomeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => "done",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

/** The values of parameters by their names. */
export function valuesOf(
  parameters:
    | readonly { readonly Name?: string | undefined; readonly Value?: string | undefined }[]
    | undefined,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries((parameters ?? []).map(({ Name = "", Value }) => [Name, Value]));
}
