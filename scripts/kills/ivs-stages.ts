import { IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { Bag, UNKNOWN } from "./sameness.ts";
import { changeTags, type Tags } from "./tags.ts";

/* Stages with tags and the ingest configurations of their encoders. */

const PREFIX = "kills-";
const INGESTS_MAX = 3;

interface Stage {
  readonly arn: string | symbol;
  readonly tags: Tags;
  /** ARNs of its ingest configurations. */
  readonly ingests: Bag<string | symbol>;
}

function change(key: string, stage: Stage | undefined, chance: Chance): Change<Stage> {
  const of = (at: Node) => at.client(IVSRealTime);
  if (!stage)
    return {
      says: `CreateStage ${key}`,
      send: (at) => of(at).createStage({ name: PREFIX + key }),
      after: (answer) => {
        const made = answer as { stage?: { arn?: string } } | undefined;
        return { arn: made?.stage?.arn ?? UNKNOWN, tags: {}, ingests: new Bag<string>([]) };
      },
    };
  const arn = String(stage.arn);
  const { items } = stage.ingests;
  if (items.length === 0 && chance.rarely(4))
    return {
      says: `DeleteStage ${key}`,
      send: (at) => of(at).deleteStage({ arn }),
      after: () => undefined,
    };
  if (chance.rarely(2))
    return changeTags(stage, chance, `stage ${key}`, {
      tag: (at, name, value) => of(at).tagResource({ resourceArn: arn, tags: { [name]: value } }),
      untag: (at, name) => of(at).untagResource({ resourceArn: arn, tagKeys: [name] }),
    });
  if (items.length > 0 && (items.length >= INGESTS_MAX || chance.rarely(2))) {
    const ingest = chance.one(items);
    return {
      says: `DeleteIngestConfiguration ${String(ingest)}`,
      send: (at) => of(at).deleteIngestConfiguration({ arn: String(ingest) }),
      after: () => ({ ...stage, ingests: new Bag(items.filter((one) => one !== ingest)) }),
    };
  }
  return {
    says: `CreateIngestConfiguration ${key}`,
    send: (at) => of(at).createIngestConfiguration({ stageArn: arn, ingestProtocol: "RTMPS" }),
    after: (answer) => {
      const made = answer as { ingestConfiguration?: { arn?: string } } | undefined;
      return { ...stage, ingests: new Bag([...items, made?.ingestConfiguration?.arn ?? UNKNOWN]) };
    },
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, Stage>> {
  const realTime = at.client(IVSRealTime);
  const listed = await allPages(
    (nextToken) => realTime.listStages({ nextToken }),
    ({ stages }) => stages,
    ({ nextToken }) => nextToken,
  );
  const named: [string | undefined, Stage][] = [];
  for (const { arn = "", name, tags = {} } of listed) {
    if (!name?.startsWith(PREFIX)) continue;
    const found = await realTime.listIngestConfigurations({ filterByStageArn: arn });
    const ingests = new Bag((found.ingestConfigurations ?? []).map(({ arn: of = "" }) => of));
    named.push([name, { arn, tags, ingests }]);
  }
  return byKey(PREFIX, named);
}

export const stages = remembered<Stage>({ name: "ivs-stages", keys: 8, change, read });
