import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { Ivs } from "@aws-sdk/client-ivs";
import { S3 } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";
import { type Key, ROOT } from "../../support/test-server.ts";

export const ACCOUNT = "000000000000";
export const REGION = "us-east-1";

/** The fixture's event leads to a receiver here. Below the ports that tests get by asking for 0. */
export const RECEIVER_PORT = 29_071;

export type ReleaseClients = ReturnType<typeof releaseClients>;

/**
 * Every service's client with its operations as methods, for a server whose clock differs by
 * `offsetMs`.
 */
export function releaseClients(endpoint: string, offsetMs = 0, credentials: Key = ROOT) {
  const options = {
    ...{ endpoint, region: REGION, maxAttempts: 1, systemClockOffset: offsetMs },
    credentials: { ...credentials },
  };
  const clients = {
    iam: new IAM(options),
    sts: new STS(options),
    s3: new S3({ ...options, forcePathStyle: true }),
    ivs: new Ivs(options),
    cloudtrail: new CloudTrail(options),
    events: new EventBridge(options),
    cloudwatch: new CloudWatch(options),
  };
  for (const { middlewareStack } of Object.values(clients)) keepOffset(middlewareStack);
  return clients;
}

type Middlewares = { add(middleware: Middleware, options: object): void };
type Middleware = (
  next: (args: never) => Promise<{ readonly response: unknown }>,
) => (args: never) => Promise<{ readonly response: unknown }>;

/**
 * The SDK adjusts its offset by the answers' `Date`, which node writes itself: it has the time of
 * this machine, whatever clock the server goes by.
 */
function keepOffset(middlewares: unknown): void {
  const withoutDate: Middleware = (next) => async (args) => {
    const result = await next(args);
    const { response } = result as { readonly response: { headers: Record<string, string> } };
    delete response.headers.date;
    return result;
  };
  (middlewares as Middlewares).add(withoutDate, { step: "deserialize", priority: "low" });
}
