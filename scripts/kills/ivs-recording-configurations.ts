import { IAM } from "@aws-sdk/client-iam";
import { Ivs } from "@aws-sdk/client-ivs";
import { S3 } from "@aws-sdk/client-s3";
import { until } from "../../test/support/until.ts";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { UNKNOWN } from "./sameness.ts";
import { changeTags, type Tags } from "./tags.ts";

/* Recording configurations, which are being created for a while, and the role that they need. */

const PREFIX = "kills-";
const BUCKET = "kills-recordings";
const ROLE = "AWSServiceRoleForIVSRecordToS3";

interface Configuration {
  readonly arn: string | symbol;
  readonly state: string;
  readonly windowSeconds: number;
  readonly tags: Tags;
}

function change(
  key: string,
  configuration: Configuration | undefined,
  chance: Chance,
): Change<Configuration> {
  if (!configuration) {
    const windowSeconds = chance.below(300);
    let made = "";
    return {
      says: `CreateRecordingConfiguration ${key}`,
      async send(at) {
        const { recordingConfiguration } = await at.client(Ivs).createRecordingConfiguration({
          name: PREFIX + key,
          recordingReconnectWindowSeconds: windowSeconds,
          destinationConfiguration: { s3: { bucketName: BUCKET } },
        });
        made = recordingConfiguration?.arn ?? "";
        return made;
      },
      after: (arn) => ({
        ...{ arn: (arn as string | undefined) ?? UNKNOWN, state: "ACTIVE", windowSeconds },
        tags: {},
      }),
      settle: (at) => untilActive(at, made),
    };
  }
  const arn = String(configuration.arn);
  if (chance.rarely(3))
    return {
      says: `DeleteRecordingConfiguration ${key}`,
      send: (at) => at.client(Ivs).deleteRecordingConfiguration({ arn }),
      after: () => undefined,
    };
  return changeTags(configuration, chance, `recording configuration ${key}`, {
    tag: (at, name, value) =>
      at.client(Ivs).tagResource({ resourceArn: arn, tags: { [name]: value } }),
    untag: (at, name) => at.client(Ivs).untagResource({ resourceArn: arn, tagKeys: [name] }),
  });
}

async function untilActive(at: Node, arn: string): Promise<void> {
  for (;;) {
    const { recordingConfiguration } = await at.client(Ivs).getRecordingConfiguration({ arn });
    if (recordingConfiguration?.state !== "CREATING") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function read(at: Node): Promise<ReadonlyMap<string, Configuration>> {
  const ivs = at.client(Ivs);
  const listed = await allPages(
    (nextToken) => ivs.listRecordingConfigurations({ nextToken }),
    ({ recordingConfigurations }) => recordingConfigurations,
    ({ nextToken }) => nextToken,
  );
  const named: [string | undefined, Configuration][] = [];
  for (const { arn = "" } of listed) {
    const { recordingConfiguration } = await ivs.getRecordingConfiguration({ arn });
    const windowSeconds = recordingConfiguration?.recordingReconnectWindowSeconds ?? 0;
    const { name, state = "", tags = {} } = recordingConfiguration ?? {};
    named.push([name, { arn, state, windowSeconds, tags }]);
  }
  return byKey(PREFIX, named);
}

/** The role can't go while a configuration needs it, and the refusal is an end as well. */
async function inspect(at: Node, there: ReadonlyMap<string, Configuration>) {
  if (there.size === 0) return [];
  const iam = at.client(IAM);
  const { DeletionTaskId } = await iam.deleteServiceLinkedRole({ RoleName: ROLE });
  const status = await until(async () => {
    const { Status } = await iam.getServiceLinkedRoleDeletionStatus({ DeletionTaskId });
    return Status !== "NOT_STARTED" && Status !== "IN_PROGRESS" && Status;
  }, "the end of the role's deletion");
  await iam.getRole({ RoleName: ROLE });
  return status === "FAILED" ? [] : [`${ROLE} is in use, and its deletion is ${status}`];
}

export const recordingConfigurations = remembered<Configuration>({
  name: "ivs-recording-configurations",
  keys: 4,
  async prepare(at) {
    await at.client(S3).createBucket({ Bucket: BUCKET });
  },
  change,
  read,
  isUnderWay: ({ state }) => state === "CREATING",
  inspect,
});
