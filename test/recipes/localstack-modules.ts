import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "vitest";
import { ContainerProcess } from "./container-process.ts";
import type { Image } from "./image.ts";

/*
 * What LocalStack's modules of Testcontainers set, wait for and hand to their users, from their
 * public sources: they get the image's name and nothing else that is Rolecast's.
 */
export interface LocalStackModule {
  readonly language: string;
  readonly variables: readonly string[];
  /** A line of the log, or a path that must answer 200. */
  readonly waitsFor: RegExp | string;
  readonly key: readonly [id: string, secret: string];
  readonly region: string;
  /** A script that is copied in and started instead of the entrypoint. */
  readonly script?: readonly string[];
}

export const MODULES: readonly LocalStackModule[] = [
  {
    language: "Java",
    variables: ["SERVICES=s3,sts"],
    waitsFor: /Ready\.\n/,
    key: ["test", "test"],
    region: "us-east-1",
    script: [
      "#!/bin/bash",
      ...["LAMBDA", "ECS", "EC2", "BATCH"].map(
        (service) => `export ${service}_DOCKER_FLAGS="-l org.testcontainers=true"`,
      ),
      "/usr/local/bin/docker-entrypoint.sh",
    ],
  },
  {
    language: "Python",
    variables: [
      "SERVICES=s3",
      "AWS_DEFAULT_REGION=us-west-1",
      "AWS_ACCESS_KEY_ID=testcontainers-localstack",
      "AWS_SECRET_ACCESS_KEY=testcontainers-localstack",
    ],
    waitsFor: /Ready\.\n/,
    key: ["testcontainers-localstack", "testcontainers-localstack"],
    region: "us-west-1",
  },
  {
    language: "Go",
    variables: ["LOCALSTACK_HOST=localhost"],
    waitsFor: "/_localstack/health",
    key: ["test", "test"],
    region: "us-east-1",
  },
  {
    language: ".NET",
    variables: [],
    waitsFor: "/_localstack/health",
    key: ["test", "test"],
    region: "eu-west-1",
  },
  {
    language: "Node",
    variables: ["LOCALSTACK_HOST=localstack"],
    waitsFor: /Ready/,
    key: ["test", "test"],
    region: "us-east-1",
  },
];

/** Starts the image as the module does, and uses it as the module's users do. */
export async function useModule(image: Image, module: LocalStackModule): Promise<void> {
  const ports = [4566, 1935, 4443].map((port) => [`${port}/tcp`, [{ HostPort: "" }]]);
  const container = new ContainerProcess(
    {
      Image: "rolecast-localstack",
      Env: module.variables,
      HostConfig: { PortBindings: Object.fromEntries(ports) },
      ...(module.script && { Script: module.script.join("\n") }),
    },
    { ...image, environment: image.localstack.environment },
  );
  await container.start();
  try {
    const endpoint = `http://127.0.0.1:${container.ports.get("4566/tcp")}`;
    await expect.poll(() => isSeen(module, container, endpoint)).toBe(true);
    const [accessKeyId, secretAccessKey] = module.key;
    const credentials = { accessKeyId, secretAccessKey };
    const options = { endpoint, region: module.region, credentials, forcePathStyle: true };
    const { Arn } = await new STSClient(options).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe("arn:aws:iam::000000000000:root");
    const s3 = new S3Client(options);
    await s3.send(new CreateBucketCommand({ Bucket: "modules" }));
    await s3.send(new PutObjectCommand({ Bucket: "modules", Key: "k", Body: "there" }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "modules", Key: "k" }));
    expect(await Body?.transformToString()).toBe("there");
  } finally {
    await container.stop();
  }
}

async function isSeen(
  { waitsFor }: LocalStackModule,
  container: ContainerProcess,
  endpoint: string,
): Promise<boolean> {
  if (typeof waitsFor !== "string") return waitsFor.test(container.said());
  return fetch(endpoint + waitsFor).then(
    ({ status }) => status === 200,
    () => false,
  );
}
