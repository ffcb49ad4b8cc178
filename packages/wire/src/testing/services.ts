import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as iam from "@aws-sdk/client-iam";
import * as ivs from "@aws-sdk/client-ivs";
import * as s3 from "@aws-sdk/client-s3";
import * as sts from "@aws-sdk/client-sts";
import { SmithyRpcV2CborProtocol } from "@smithy/core/cbor";
import type { ServiceDefinition } from "../service-definition.ts";
import { ServiceWire } from "../service-wire.ts";
import type { loopbackConfig } from "./loopback.ts";

/**
 * The part of an SDK client that the tests need: each one's `send` is typed by its own commands.
 */
export interface TestClient {
  send(command: unknown): Promise<unknown>;
}

export interface TestService {
  readonly definition: ServiceDefinition;
  readonly wire: ServiceWire;
  readonly module: Readonly<Record<string, unknown>>;
  readonly createClient: (config: ReturnType<typeof loopbackConfig>) => TestClient;
}

function service(
  definition: ServiceDefinition,
  createClient: (config: ReturnType<typeof loopbackConfig>) => unknown,
): TestService {
  return {
    definition,
    wire: new ServiceWire(definition),
    module: definition.schemas,
    createClient: createClient as TestService["createClient"],
  };
}

export const services = {
  iam: service(
    {
      name: "iam",
      signingName: "iam",
      protocol: "awsQuery",
      version: "2010-05-08",
      xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
      schemas: iam,
    },
    (config) => new iam.IAMClient(config),
  ),
  sts: service(
    {
      name: "sts",
      signingName: "sts",
      protocol: "awsQuery",
      version: "2011-06-15",
      xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
      schemas: sts,
    },
    (config) => new sts.STSClient(config),
  ),
  ivs: service(
    {
      name: "ivs",
      signingName: "ivs",
      protocol: "restJson1",
      version: "2020-07-14",
      schemas: ivs,
    },
    (config) => new ivs.IvsClient(config),
  ),
  cloudtrail: service(
    {
      name: "cloudtrail",
      signingName: "cloudtrail",
      protocol: "awsJson1_1",
      version: "2013-11-01",
      targetPrefix: "CloudTrail_20131101",
      schemas: cloudtrail,
    },
    (config) => new cloudtrail.CloudTrailClient(config),
  ),
  cloudwatch: service(
    {
      name: "monitoring",
      signingName: "monitoring",
      protocol: "rpcV2Cbor",
      version: "2010-08-01",
      targetPrefix: "GraniteServiceVersion20100801",
      schemas: cloudwatch,
    },
    (config) => new cloudwatch.CloudWatchClient({ ...config, protocol: SmithyRpcV2CborProtocol }),
  ),
  s3: service(
    {
      name: "s3",
      signingName: "s3",
      protocol: "restXml",
      version: "2006-03-01",
      xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/",
      schemas: s3,
      s3Addressing: true,
    },
    (config) =>
      new s3.S3Client({
        ...config,
        forcePathStyle: true,
        requestChecksumCalculation: "WHEN_REQUIRED",
        responseChecksumValidation: "WHEN_REQUIRED",
      }),
  ),
};

/** The SDK's command object for an operation. */
export function createCommand(of: TestService, operation: string, input: unknown): unknown {
  const Command = of.module[`${operation}Command`];
  if (typeof Command !== "function") throw new Error(`no command for ${operation}`);
  return Reflect.construct(Command, [input]);
}
