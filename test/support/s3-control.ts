import { Agent } from "node:http";
import { S3ControlClient } from "@aws-sdk/client-s3-control";
import { type Key, ROOT } from "./test-server.ts";

/**
 * Puts the account's id before the endpoint's host name, as every client does; no DNS knows that
 * name.
 */
export function s3ControlClient(endpoint: string, credentials: Key = ROOT): S3ControlClient {
  const httpAgent = new Agent({
    lookup: (_name, _options, found) => found(null, [{ address: "127.0.0.1", family: 4 }]),
  });
  const requestHandler = { httpAgent };
  return new S3ControlClient({
    endpoint: endpoint.replace("127.0.0.1", "localhost"),
    region: "us-east-1",
    credentials,
    requestHandler,
    maxAttempts: 1,
  });
}
