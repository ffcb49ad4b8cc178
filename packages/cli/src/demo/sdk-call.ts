import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as iam from "@aws-sdk/client-iam";
import * as ivs from "@aws-sdk/client-ivs";
import * as realTime from "@aws-sdk/client-ivs-realtime";
import * as s3 from "@aws-sdk/client-s3";
import * as sts from "@aws-sdk/client-sts";
import type { Answer } from "./aws-client.ts";

/*
 * One call of the AWS SDK for JavaScript: the request as JSON in the argument, the answer as JSON
 * out.
 */

interface SdkRequest {
  readonly service: keyof typeof CLIENTS;
  readonly operation: string;
  readonly input: object;
  readonly outFile?: string;
}

const CLIENTS = {
  iam: { client: () => new iam.IAMClient({}), commands: iam },
  ivs: { client: () => new ivs.IvsClient({}), commands: ivs },
  "ivs-realtime": { client: () => new realTime.IVSRealTimeClient({}), commands: realTime },
  s3: { client: () => new s3.S3Client({ forcePathStyle: true }), commands: s3 },
  sts: { client: () => new sts.STSClient({}), commands: sts },
} as const;

async function call(request: SdkRequest): Promise<Answer> {
  const { client, commands } = CLIENTS[request.service];
  const Command = (commands as Record<string, unknown>)[`${request.operation}Command`];
  if (typeof Command !== "function") throw new Error(`The SDK has no ${request.operation}`);
  const command: unknown = Reflect.construct(Command, [request.input]);
  try {
    const sender = client() as unknown as { send(command: unknown): Promise<object> };
    const { Body, $metadata, ...output } = (await sender.send(command)) as Record<string, unknown>;
    if (request.outFile !== undefined && Body instanceof Readable) {
      await pipeline(Body, createWriteStream(request.outFile));
    }
    return { ok: true, output };
  } catch (error) {
    if (!(error instanceof Error) || !("$metadata" in error)) throw error;
    return { ok: false, code: error.name, message: error.message };
  }
}

const request = JSON.parse(process.argv[2] ?? "") as SdkRequest;
void call(request).then((answer) => process.stdout.write(JSON.stringify(answer)));
