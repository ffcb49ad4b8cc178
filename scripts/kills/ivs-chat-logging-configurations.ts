import { Ivschat } from "@aws-sdk/client-ivschat";
import { S3 } from "@aws-sdk/client-s3";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { UNKNOWN } from "./sameness.ts";
import { changeTags, type Tags } from "./tags.ts";

/* Logging configurations of chat rooms. */

const PREFIX = "kills-";
const BUCKETS = ["kills-chat-logging-0", "kills-chat-logging-1"];

interface Configuration {
  readonly arn: string | symbol;
  readonly bucket: string;
  readonly tags: Tags;
}

async function prepare(at: Node): Promise<void> {
  for (const Bucket of BUCKETS) await at.client(S3).createBucket({ Bucket });
}

function change(
  key: string,
  configuration: Configuration | undefined,
  chance: Chance,
): Change<Configuration> {
  const chat = (at: Node) => at.client(Ivschat);
  const bucket = chance.one(BUCKETS);
  const destinationConfiguration = { s3: { bucketName: bucket } };
  if (!configuration)
    return {
      says: `CreateLoggingConfiguration ${key} ${bucket}`,
      send: (at) =>
        chat(at).createLoggingConfiguration({ name: PREFIX + key, destinationConfiguration }),
      after: (answer) => {
        const { arn } = (answer ?? {}) as { arn?: string };
        return { arn: arn ?? UNKNOWN, bucket, tags: {} };
      },
    };
  const identifier = String(configuration.arn);
  if (chance.rarely(5))
    return {
      says: `DeleteLoggingConfiguration ${key}`,
      send: (at) => chat(at).deleteLoggingConfiguration({ identifier }),
      after: () => undefined,
    };
  if (chance.rarely(2))
    return changeTags(configuration, chance, `logging configuration ${key}`, {
      tag: (at, name, value) =>
        chat(at).tagResource({ resourceArn: identifier, tags: { [name]: value } }),
      untag: (at, name) => chat(at).untagResource({ resourceArn: identifier, tagKeys: [name] }),
    });
  return {
    says: `UpdateLoggingConfiguration ${key} ${bucket}`,
    send: (at) => chat(at).updateLoggingConfiguration({ identifier, destinationConfiguration }),
    after: () => ({ ...configuration, bucket }),
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, Configuration>> {
  const chat = at.client(Ivschat);
  const listed = await allPages(
    (nextToken) => chat.listLoggingConfigurations({ nextToken }),
    ({ loggingConfigurations }) => loggingConfigurations,
    ({ nextToken }) => nextToken,
  );
  const named = listed.map(({ arn = "", name, destinationConfiguration, tags = {} }) => {
    const bucket = destinationConfiguration?.s3?.bucketName ?? "";
    return [name, { arn, bucket, tags }] as const;
  });
  return byKey(PREFIX, named);
}

export const loggingConfigurations = remembered<Configuration>({
  ...{ name: "ivs-chat-logging-configurations", keys: 8, prepare, change, read },
});
