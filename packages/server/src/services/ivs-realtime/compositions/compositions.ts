import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { CompositionPort } from "../../../kernel/ports/compositions.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { requestTagKeys } from "../../../kernel/tagged-resources/decisions.ts";
import { pageOf, positionOf } from "../../../kernel/tagged-resources/page-position.ts";
import { decisions } from "../authorization.ts";
import type { RealTimeDependencies } from "../dependencies.ts";
import { validation } from "../errors.ts";
import { destinationsOf, listCompositions } from "../rows/compositions.ts";
import { resources } from "../rows/resources.ts";
import type { CompositionRow, RealTimeTables } from "../tables.ts";
import { compositionSummary, compositionView } from "./composition-view.ts";
import { startComposition } from "./start-composition.ts";

const MAX_RESULTS_DEFAULT = 50;

export interface CompositionOperationOptions {
  readonly compositions: CompositionPort;
  /** Something is to be composed, or not any more. */
  readonly wake: () => void;
}

/** The compositions of stages: one picture and one sound of all participants. */
export function compositionOperations(
  deps: RealTimeDependencies,
  { compositions, wake }: CompositionOperationOptions,
): OperationTable {
  return defineOperations<typeof realTime>()({
    StartComposition: {
      async authorize(input, context) {
        const keys = requestTagKeys(input.tags);
        const { ownArns, channelArns } = named(input);
        const own = ownArns.map((arn) =>
          decisions.onResource("StartComposition", arn, context, keys),
        );
        const channels = channelArns.map(async (arn) => {
          const channel = await compositions.findChannel(arn);
          return decisions.onRow("StartComposition", arn, channel?.row, keys);
        });
        return Promise.all([...own, ...channels]);
      },
      async handle(input, context) {
        const row = await startComposition(input, context, { ids: deps.ids, compositions });
        wake();
        return { composition: compositionView(row) };
      },
    },
    GetComposition: decisions.operation(
      "composition",
      ({ arn }) => arn,
      (row) => ({ composition: compositionView(row) }),
    ),
    ListCompositions: {
      async authorize(input, context) {
        const { filterByStageArn: stage, filterByEncoderConfigurationArn: encoder } = input;
        const arns = [stage, encoder].filter((arn) => arn !== undefined);
        if (arns.length === 0) return decisions.onAny("ListCompositions", "stage", context);
        return Promise.all(
          arns.map((arn) => decisions.onResource("ListCompositions", arn, context)),
        );
      },
      handle: (input, context) => list(input, context),
    },
    StopComposition: decisions.operation(
      "composition",
      ({ arn }) => arn,
      async (decided, _input, context) => {
        await context.transaction<RealTimeTables, void>(async ({ db }) => {
          const row = await resources.current("composition", decided, db);
          if (row.ended_at_ms === null)
            await resources.set("composition", row, { state: "STOPPING" }, db);
        });
        wake();
        return {};
      },
    ),
  });
}

async function list(
  input: Checked<realTime.ListCompositionsRequest>,
  context: RequestContext,
): Promise<realTime.ListCompositionsResponse> {
  const { filterByStageArn: stage, filterByEncoderConfigurationArn: encoder } = input;
  if (stage !== undefined && encoder !== undefined)
    throw validation(
      "Only one of filterByStageArn and filterByEncoderConfigurationArn can be given",
    );
  const limit = input.maxResults ?? MAX_RESULTS_DEFAULT;
  const scope = [context.operation, context.accountId, context.region, `${stage}`, `${encoder}`];
  const after = resources.readPosition(input.nextToken, scope);
  const isWanted = (row: CompositionRow): boolean =>
    (stage === undefined || row.stage_arn === stage) &&
    (encoder === undefined || destinationsOf(row).some(({ encoderArn }) => encoderArn === encoder));
  const isLater = ({ created_at_ms: atMs, id }: CompositionRow): boolean =>
    after === undefined ||
    atMs > after.createdAtMs ||
    (atMs === after.createdAtMs && id > after.id);
  const all = await listCompositions(context.db<RealTimeTables>(), context);
  const found = all.filter((row) => isWanted(row) && isLater(row)).slice(0, limit + 1);
  const page = pageOf(found, limit, scope, positionOf);
  return { compositions: page.rows.map(compositionSummary), nextToken: page.nextToken };
}

/** The resources that a request for a composition names, each once. */
function named({ stageArn, destinations }: Checked<realTime.StartCompositionRequest>) {
  const unique = (arns: readonly (string | undefined)[]): readonly string[] => [
    ...new Set(arns.filter((arn) => arn !== undefined)),
  ];
  return {
    ownArns: unique([
      stageArn,
      ...destinations.flatMap(({ channel, s3 }) => [
        channel?.encoderConfigurationArn,
        ...(s3?.encoderConfigurationArns ?? []),
        s3?.storageConfigurationArn,
      ]),
    ]),
    channelArns: unique(destinations.map(({ channel }) => channel?.channelArn)),
  };
}
