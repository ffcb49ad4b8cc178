import type * as ivs from "@aws-sdk/client-ivs";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { requestTagKeys } from "../../../kernel/tagged-resources/decisions.ts";
import { newTags, readTags } from "../../../kernel/tagged-resources/tags.ts";
import { decisions } from "../authorization.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { validation } from "../errors.ts";
import type { IvsQuotas } from "../quotas.ts";
import { arns } from "../resource-arn.ts";
import { refuseWhileAttached } from "../rows/channels.ts";
import { readList } from "../rows/playback-rules.ts";
import { resources } from "../rows/resources.ts";
import type { IvsTables, PlaybackRestrictionPolicyRow } from "../tables.ts";

const RESOURCE_ID_LENGTH = 12;
/** Source: IVS API Reference, ListPlaybackRestrictionPolicies. */
const MAX_RESULTS_DEFAULT = 1;
const COUNTRY = /^[A-Z]{2}$/;
/** An origin as browsers send it, whose host may begin with a wildcard; or just the wildcard. */
const ORIGIN = /^(?:\*|[a-z][a-z0-9+.-]*:\/\/(?:\*\.?)?[^/\s*?#@]*)$/i;

/** The viewers that may play channels, by country and by origin. */
export function playbackRestrictionPolicyOperations(
  deps: IvsDependencies,
  quotas: IvsQuotas,
): OperationTable {
  return defineOperations<typeof ivs>()({
    CreatePlaybackRestrictionPolicy: {
      authorize: (input, context) => {
        const keys = requestTagKeys(input.tags);
        return decisions.onAny(context.operation, "playback-restriction-policy", context, keys);
      },
      handle: (input, context) => createPolicy(input, context, deps, quotas),
    },
    GetPlaybackRestrictionPolicy: decisions.operation(
      "playback-restriction-policy",
      ({ arn }) => arn,
      (row) => ({ playbackRestrictionPolicy: view(row) }),
    ),
    UpdatePlaybackRestrictionPolicy: decisions.operation(
      "playback-restriction-policy",
      ({ arn }) => arn,
      updatePolicy,
    ),
    DeletePlaybackRestrictionPolicy: decisions.operation(
      "playback-restriction-policy",
      ({ arn }) => arn,
      deletePolicy,
    ),
    ListPlaybackRestrictionPolicies: {
      // The Service Authorization Reference lists no resource type for it.
      authorize: () => ({ action: "ivs:ListPlaybackRestrictionPolicies", resource: "*" }),
      async handle(input, context) {
        const type = "playback-restriction-policy";
        const page = await resources.list(type, input, MAX_RESULTS_DEFAULT, context);
        return { playbackRestrictionPolicies: page.rows.map(view), nextToken: page.nextToken };
      },
    },
  });
}

async function createPolicy(
  input: Checked<ivs.CreatePlaybackRestrictionPolicyRequest>,
  context: RequestContext,
  deps: IvsDependencies,
  quotas: IvsQuotas,
): Promise<ivs.CreatePlaybackRestrictionPolicyResponse> {
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  const row: PlaybackRestrictionPolicyRow = {
    account_id: context.accountId,
    region: context.region,
    id: deps.ids.alphanumeric(RESOURCE_ID_LENGTH),
    name: input.name ?? "",
    allowed_countries: writeCountries(input.allowedCountries ?? []),
    allowed_origins: writeOrigins(input.allowedOrigins ?? []),
    strict_origin_enforcement: Number(input.enableStrictOriginEnforcement ?? false),
    tags: newTags(input.tags, context),
    created_at_ms: context.nowMs,
  };
  await context.transaction<IvsTables, void>(async ({ db }) => {
    const { playbackRestrictionPolicies: quota } = quotas;
    const what = "playback restriction policies";
    await resources.requireRoom("playback-restriction-policy", quota, what, context, db);
    await resources.insert("playback-restriction-policy", row, db);
  });
  return { playbackRestrictionPolicy: view(row) };
}

/** Changes what is sent. A running stream keeps the policy as it was when it began. */
async function updatePolicy(
  row: PlaybackRestrictionPolicyRow,
  input: Checked<ivs.UpdatePlaybackRestrictionPolicyRequest>,
  context: RequestContext,
): Promise<ivs.UpdatePlaybackRestrictionPolicyResponse> {
  const { allowedCountries, allowedOrigins, enableStrictOriginEnforcement: strict, name } = input;
  const changed = {
    ...(name === undefined ? {} : { name }),
    ...(allowedCountries && { allowed_countries: writeCountries(allowedCountries) }),
    ...(allowedOrigins && { allowed_origins: writeOrigins(allowedOrigins) }),
    ...(strict === undefined ? {} : { strict_origin_enforcement: Number(strict) }),
  };
  const after = await resources.update("playback-restriction-policy", row, changed, context);
  return { playbackRestrictionPolicy: view(after) };
}

async function deletePolicy(
  row: PlaybackRestrictionPolicyRow,
  { arn }: Checked<ivs.DeletePlaybackRestrictionPolicyRequest>,
  context: RequestContext,
): Promise<Record<string, never>> {
  await context.transaction<IvsTables, void>(async ({ db }) => {
    const column = "playback_restriction_policy_arn";
    await refuseWhileAttached("Playback restriction policy:", column, arn, context, db);
    await resources.delete("playback-restriction-policy", row, db);
  });
  return {};
}

function writeCountries(countries: readonly string[]): string {
  const wrong = countries.find((country) => !COUNTRY.test(country));
  if (wrong !== undefined)
    throw validation(`allowedCountries: ${wrong} is not an ISO 3166-1 alpha-2 country code`);
  return JSON.stringify(countries);
}

function writeOrigins(origins: readonly string[]): string {
  const wrong = origins.find((origin) => !ORIGIN.test(origin));
  if (wrong !== undefined) throw validation(`allowedOrigins: ${wrong} is not a valid origin`);
  return JSON.stringify(origins);
}

function view(row: PlaybackRestrictionPolicyRow): ivs.PlaybackRestrictionPolicy {
  const at = { accountId: row.account_id, region: row.region };
  return {
    arn: arns.arn(at, "playback-restriction-policy", row.id),
    name: row.name,
    allowedCountries: readList(row.allowed_countries),
    allowedOrigins: readList(row.allowed_origins),
    enableStrictOriginEnforcement: row.strict_origin_enforcement === 1,
    tags: readTags(row.tags),
  };
}
