import { commandLine } from "@rolecast/server";
import { CommandError, EXIT } from "./command-error.ts";
import type { Connection } from "./connection.ts";
import { callOperation } from "./json-operation.ts";

export interface Stage {
  readonly arn: string;
  readonly name: string;
  readonly endpoints: { readonly whip: string; readonly events: string; readonly rtmps?: string };
}

/** A stage as AWS lists it. */
export interface StageSummary {
  readonly arn: string;
  readonly name?: string;
  /** There is one while somebody is in the stage. */
  readonly activeSessionId?: string;
}

export interface StorageConfiguration {
  readonly arn: string;
  readonly s3?: { readonly bucketName: string };
}

/** A name needn't be unique: then the ARN must be given. */
export async function findStage(connection: Connection, name: string): Promise<Stage> {
  const arns = name.startsWith("arn:") ? [name] : await arnsOf(connection, name);
  const [arn, other] = arns;
  if (other) throw new CommandError(`several stages are called ${name}: give an ARN.`, EXIT.usage);
  if (arn === undefined)
    throw new CommandError(
      `there is no stage called ${name}. Make one: ` +
        commandLine("aws ivs-realtime create-stage --name", name),
    );
  const input = { arn };
  const { stage } = await callOperation<{ readonly stage: Stage }>(
    ...([connection, "ivs", "GetStage", input] as const),
  );
  return stage;
}

async function arnsOf(connection: Connection, name: string): Promise<readonly string[]> {
  const stages = await listStages(connection);
  return stages.filter((stage) => stage.name === name).map(({ arn }) => arn);
}

/** The stages of the Region. */
export function listStages(connection: Connection): Promise<readonly StageSummary[]> {
  return listAll<StageSummary, "stages">(connection, "ListStages", "stages");
}

/** The storage configurations of the Region. */
export function listStorageConfigurations(
  connection: Connection,
): Promise<readonly StorageConfiguration[]> {
  return listAll<StorageConfiguration, "storageConfigurations">(
    ...([connection, "ListStorageConfigurations", "storageConfigurations"] as const),
  );
}

type ListAnswer<Item, Member extends string> = Readonly<Record<Member, readonly Item[]>> & {
  readonly nextToken?: string;
};

async function listAll<Item, Member extends string>(
  connection: Connection,
  operation: string,
  member: Member,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  for (let nextToken: string | undefined; ; ) {
    const input = nextToken === undefined ? {} : { nextToken };
    const page = await callOperation<ListAnswer<Item, Member>>(connection, "ivs", operation, input);
    found.push(...page[member]);
    nextToken = page.nextToken;
    if (nextToken === undefined) return found;
  }
}
