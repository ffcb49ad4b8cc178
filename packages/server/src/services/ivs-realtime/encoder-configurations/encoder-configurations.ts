import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { requestTagKeys } from "../../../kernel/tagged-resources/decisions.ts";
import { newTags, readTags } from "../../../kernel/tagged-resources/tags.ts";
import { decisions } from "../authorization.ts";
import type { RealTimeDependencies } from "../dependencies.ts";
import { conflict, validation } from "../errors.ts";
import { QUOTAS } from "../quotas.ts";
import { arnOf, RESOURCE_ID_LENGTH } from "../resource-arn.ts";
import { isComposedWith } from "../rows/compositions.ts";
import { resources } from "../rows/resources.ts";
import type { EncoderConfigurationRow, RealTimeTables } from "../tables.ts";

const MAX_RESULTS_DEFAULT = 50;
/** Source: IVS Real-Time API Reference, Video. Bits, pixels, pictures a second. */
const VIDEO_DEFAULTS = { width: 1_280, height: 720, framerate: 30, bitrate: 2_500_000 };
/** A picture's width times its height. Source: the same. */
const PIXELS_MAX = 2_073_600;

/** The picture that compositions are encoded with. Immutable but for their tags. */
export function encoderConfigurationOperations(deps: RealTimeDependencies): OperationTable {
  const type = "encoder-configuration";
  return defineOperations<typeof realTime>()({
    CreateEncoderConfiguration: {
      authorize: ({ tags }, context) =>
        decisions.onAny("CreateEncoderConfiguration", type, context, requestTagKeys(tags)),
      handle: async (input, context) => ({
        encoderConfiguration: view(await create(input, context, deps)),
      }),
    },
    GetEncoderConfiguration: decisions.operation(
      type,
      ({ arn }) => arn,
      (row) => ({ encoderConfiguration: view(row) }),
    ),
    ListEncoderConfigurations: {
      authorize: () => ({ action: "ivs:ListEncoderConfigurations", resource: "*" }),
      async handle(input, context) {
        const page = await resources.list(type, input, MAX_RESULTS_DEFAULT, context);
        return { encoderConfigurations: page.rows.map(summary), nextToken: page.nextToken };
      },
    },
    DeleteEncoderConfiguration: decisions.operation(
      type,
      ({ arn }) => arn,
      async (row, _input, context) => {
        const arn = arnOf(type, row);
        await context.transaction<RealTimeTables, void>(async ({ db }) => {
          if (await isComposedWith(db, context, arn))
            throw conflict(`Encoder configuration ${arn} is in use by a composition`);
          await resources.delete(type, row, db);
        });
        return {};
      },
    ),
  });
}

async function create(
  input: Checked<realTime.CreateEncoderConfigurationRequest>,
  context: RequestContext,
  { ids }: RealTimeDependencies,
): Promise<EncoderConfigurationRow> {
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  const row: EncoderConfigurationRow = {
    account_id: context.accountId,
    region: context.region,
    id: ids.alphanumeric(RESOURCE_ID_LENGTH),
    name: input.name ?? "",
    video: JSON.stringify(completeVideo(input.video)),
    tags: newTags(input.tags, context),
    created_at_ms: context.nowMs,
  };
  await context.transaction<RealTimeTables, void>(async ({ db }) => {
    const { encoderConfigurations: quota } = QUOTAS;
    const what = "encoder configurations";
    await resources.requireRoom("encoder-configuration", quota, what, context, db);
    await resources.insert("encoder-configuration", row, db);
  });
  return row;
}

/** Fills in the defaults. Throws ValidationException for a picture that can't be encoded. */
function completeVideo(given: Checked<realTime.Video> | undefined): realTime.Video {
  const video = {
    width: given?.width ?? VIDEO_DEFAULTS.width,
    height: given?.height ?? VIDEO_DEFAULTS.height,
    framerate: given?.framerate ?? VIDEO_DEFAULTS.framerate,
    bitrate: given?.bitrate ?? VIDEO_DEFAULTS.bitrate,
  };
  if (video.width % 2 !== 0 || video.height % 2 !== 0)
    throw validation("video.width and video.height must be even numbers");
  if (video.width * video.height > PIXELS_MAX)
    throw validation(`video.width times video.height must be at most ${PIXELS_MAX}`);
  return video;
}

function summary(row: EncoderConfigurationRow): realTime.EncoderConfigurationSummary {
  return { arn: arnOf("encoder-configuration", row), name: row.name, tags: readTags(row.tags) };
}

function view(row: EncoderConfigurationRow): realTime.EncoderConfiguration {
  const video: realTime.Video = JSON.parse(row.video);
  return { ...summary(row), video };
}
