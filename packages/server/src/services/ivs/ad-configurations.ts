import type * as ivs from "@aws-sdk/client-ivs";
import type { Checked } from "../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { requestTagKeys } from "../../kernel/tagged-resources/decisions.ts";
import { newTags, readTags } from "../../kernel/tagged-resources/tags.ts";
import { decisions } from "./authorization.ts";
import type { IvsDependencies } from "./dependencies.ts";
import type { IvsQuotas } from "./quotas.ts";
import { arns } from "./resource-arn.ts";
import { refuseWhileAttached } from "./rows/channels.ts";
import { resources } from "./rows/resources.ts";
import type { AdConfigurationRow, IvsTables } from "./tables.ts";

const RESOURCE_ID_LENGTH = 12;
const MAX_RESULTS_DEFAULT = 100;
/** Source: IVS API Reference, PostRollConfiguration. */
const POST_ROLL_DEFAULT_SECONDS = 15;

/** Kept and shown as AWS does. Nothing here talks to MediaTailor: no ads are inserted. */
export function adConfigurationOperations(
  deps: IvsDependencies,
  quotas: IvsQuotas,
): OperationTable {
  return defineOperations<typeof ivs>()({
    CreateAdConfiguration: {
      authorize: (input, context) =>
        decisions.onAny(
          "CreateAdConfiguration",
          "ad-configuration",
          context,
          requestTagKeys(input.tags),
        ),
      handle: (input, context) => createAdConfiguration(input, context, deps, quotas),
    },
    GetAdConfiguration: decisions.operation(
      "ad-configuration",
      ({ arn }) => arn,
      (row) => ({ adConfiguration: view(row) }),
    ),
    UpdateAdConfiguration: {
      // The Service Authorization Reference lists no resource type for it.
      authorize: () => ({ action: "ivs:UpdateAdConfiguration", resource: "*" }),
      handle: updateAdConfiguration,
    },
    DeleteAdConfiguration: decisions.operation("ad-configuration", ({ arn }) => arn, deleteRow),
    ListAdConfigurations: {
      // The Service Authorization Reference lists no resource type for it.
      authorize: () => ({ action: "ivs:ListAdConfigurations", resource: "*" }),
      async handle(input, context) {
        const page = await resources.list("ad-configuration", input, MAX_RESULTS_DEFAULT, context);
        return { adConfigurations: page.rows.map(view), nextToken: page.nextToken };
      },
    },
  });
}

async function createAdConfiguration(
  input: Checked<ivs.CreateAdConfigurationRequest>,
  context: RequestContext,
  deps: IvsDependencies,
  quotas: IvsQuotas,
): Promise<ivs.CreateAdConfigurationResponse> {
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  const { enabled = false, durationSeconds } = input.postRollConfiguration ?? {};
  const row: AdConfigurationRow = {
    account_id: context.accountId,
    region: context.region,
    id: deps.ids.alphanumeric(RESOURCE_ID_LENGTH),
    name: input.name ?? "",
    playback_configurations: JSON.stringify(input.mediaTailorPlaybackConfigurations ?? []),
    post_roll_enabled: Number(enabled),
    post_roll_seconds: durationSeconds ?? POST_ROLL_DEFAULT_SECONDS,
    tags: newTags(input.tags, context),
    created_at_ms: context.nowMs,
  };
  await context.transaction<IvsTables, void>(async ({ db }) => {
    const { adConfigurations: quota } = quotas;
    await resources.requireRoom("ad-configuration", quota, "ad configurations", context, db);
    await resources.insert("ad-configuration", row, db);
  });
  return { adConfiguration: view(row) };
}

async function updateAdConfiguration(
  input: Checked<ivs.UpdateAdConfigurationRequest>,
  context: RequestContext,
): Promise<ivs.UpdateAdConfigurationResponse> {
  const { name, mediaTailorPlaybackConfigurations: playback, postRollConfiguration: roll } = input;
  const changed = {
    ...(name === undefined ? {} : { name }),
    ...(playback && { playback_configurations: JSON.stringify(playback) }),
    ...(roll && {
      post_roll_enabled: Number(roll.enabled),
      post_roll_seconds: roll.durationSeconds ?? POST_ROLL_DEFAULT_SECONDS,
    }),
  };
  const after = await context.transaction<IvsTables, AdConfigurationRow>(async ({ db }) => {
    const row = await resources.require("ad-configuration", input.arn, context, db);
    await resources.set("ad-configuration", row, changed, db);
    return { ...row, ...changed };
  });
  return { adConfiguration: view(after) };
}

async function deleteRow(
  row: AdConfigurationRow,
  { arn }: Checked<ivs.DeleteAdConfigurationRequest>,
  context: RequestContext,
): Promise<Record<string, never>> {
  await context.transaction<IvsTables, void>(async ({ db }) => {
    await refuseWhileAttached("Ad configuration:", "ad_configuration_arn", arn, context, db);
    await resources.delete("ad-configuration", row, db);
  });
  return {};
}

function view(row: AdConfigurationRow): ivs.AdConfiguration {
  const at = { accountId: row.account_id, region: row.region };
  const playback: ivs.MediaTailorPlaybackConfiguration[] = JSON.parse(row.playback_configurations);
  return {
    arn: arns.arn(at, "ad-configuration", row.id),
    name: row.name,
    mediaTailorPlaybackConfigurations: playback,
    postRollConfiguration: {
      enabled: row.post_roll_enabled === 1,
      durationSeconds: row.post_roll_seconds,
    },
    tags: readTags(row.tags),
  };
}
