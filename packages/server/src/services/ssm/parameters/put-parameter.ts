import type * as ssm from "@aws-sdk/client-ssm";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { withSystemTags } from "../../../kernel/system-tags.ts";
import { onParameter, onPlace, requestTagKeys } from "../access/parameter-access.ts";
import { checkedTags } from "../access/tags.ts";
import type { SsmDependencies } from "../dependencies.ts";
import {
  alreadyExists,
  oldestVersionLabelled,
  tooManyParameters,
  tooManyUpdates,
  validation,
} from "../errors.ts";
import { readNewName } from "../names/parameter-name.ts";
import { changeEvent } from "../parameter-events.ts";
import { nextDueMs } from "../policies/parameter-policies.ts";
import { ADVANCED_PARAMETERS_MAX, STANDARD_PARAMETERS_MAX, VERSIONS_MAX } from "../quotas.ts";
import { countOfTier, countParameters } from "../rows/listings.ts";
import {
  findParameter,
  findVersion,
  insertVersion,
  labelsOf,
  removeVersion,
  versionsAfter,
  writeParameter,
} from "../rows/parameters.ts";
import type { ParameterPlace, ParameterRow, SsmTables, VersionRow } from "../tables.ts";
import { encryptValue } from "../values/secure-string.ts";
import { type PutParameterInput, planVersion, type VersionPlan } from "./version-plan.ts";

type Db = Transaction<SsmTables>["db"];

const TAGS_AND_OVERWRITE =
  "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, " +
  "please remove overwrite flag. To update tags for an existing parameter, please use " +
  "AddTagsToResource or RemoveTagsFromResource.";
type Written = Pick<ssm.PutParameterCommandOutput, "Version" | "Tier">;

/** PutParameter. */
export function putParameterOperations(deps: SsmDependencies): OperationTable {
  return defineOperations<typeof ssm>()({
    PutParameter: withSubject({
      async authorize(input, context) {
        const { place } = readNewName(input.Name, context);
        const tags = requestTagKeys(input.Tags);
        const { pairs, subject } = await onParameter("PutParameter", place, context, {
          ...tags,
          "ssm:overwrite": String(input.Overwrite ?? false),
          "ssm:policies": String(input.Policies !== undefined),
        });
        const tagging = input.Tags?.length ? [onPlace("AddTagsToResource", place, tags)] : [];
        return { pairs: [pairs, tagging].flat(), subject };
      },
      async handle(input, context, decided) {
        if (input.Overwrite && input.Tags?.length) throw validation(TAGS_AND_OVERWRITE);
        if (decided && !input.Overwrite) throw alreadyExists();
        const { name, place } = readNewName(input.Name, context);
        const before = await newestOf(decided, context.db<SsmTables>());
        const plan = planVersion(input, before, context.nowMs);
        const { tier, key_id: keyId } = plan;
        const value =
          keyId === null
            ? plan.value
            : await encryptValue(plan.value, keyId, tier, place, context, deps);
        return context.transaction<SsmTables, Written>(async (tx) => {
          const current = await findParameter(place, tx.db);
          if (current?.parameter_id !== decided?.parameter_id)
            throw input.Overwrite ? tooManyUpdates() : alreadyExists();
          if (current?.version !== decided?.version) throw tooManyUpdates();
          if (current) await makeRoom(current, tx.db);
          else await checkQuota(place, plan, tx.db);
          const row = current ?? newParameter(name, place, input, context, deps);
          const version = row.version + 1;
          await write({ ...row, version }, { ...plan, value }, context, tx.db);
          tx.afterCommit(() => publish(current ? "Update" : "Create", row, plan, context, deps));
          return { Version: version, Tier: plan.tier };
        });
      },
    }),
  });
}

async function newestOf(row: ParameterRow | undefined, db: Db): Promise<VersionRow | undefined> {
  return row && findVersion(row, row.version, db);
}

function newParameter(
  name: string,
  place: ParameterPlace,
  { Tags }: PutParameterInput,
  context: RequestContext,
  { ids }: SsmDependencies,
): ParameterRow {
  const { nowMs } = context;
  const tags = JSON.stringify(withSystemTags(checkedTags(Tags), context));
  const parameter_id = ids.uuid();
  return { ...place, name, parameter_id, version: 0, created_ms: nowMs, tags, due_ms: null };
}

async function write(row: ParameterRow, plan: VersionPlan, context: RequestContext, db: Db) {
  const { policies, ...version } = plan;
  await writeParameter({ ...row, due_ms: nextDueMs(policies) }, db);
  await insertVersion(
    {
      ...version,
      parameter_id: row.parameter_id,
      version: row.version,
      policies: JSON.stringify(policies),
      modified_ms: context.nowMs,
      modified_by: callerArn(context),
    },
    db,
  );
}

/** Throws ParameterMaxVersionLimitExceeded if the version that would have to go has a label. */
async function makeRoom(row: ParameterRow, db: Db): Promise<void> {
  const versions = await versionsAfter(row, 0, VERSIONS_MAX, db);
  const [oldest] = versions;
  if (versions.length < VERSIONS_MAX || !oldest) return;
  const labels = await labelsOf(row, db);
  if (labels.some(({ version }) => version === oldest.version))
    throw oldestVersionLabelled(row.name, oldest.version);
  await removeVersion(oldest, db);
}

async function checkQuota(place: ParameterPlace, { tier }: VersionPlan, db: Db): Promise<void> {
  if ((await countParameters(place, db)) < STANDARD_PARAMETERS_MAX) return;
  const max = tier === "Standard" ? STANDARD_PARAMETERS_MAX : ADVANCED_PARAMETERS_MAX;
  if ((await countOfTier(place, tier, db)) >= max) throw tooManyParameters(tier, max);
}

function publish(
  operation: "Create" | "Update",
  row: ParameterRow,
  plan: VersionPlan,
  { nowMs }: RequestContext,
  { events, ids, policyDue }: SsmDependencies,
): void {
  events.publish(changeEvent(operation, row, plan, { id: ids.uuid(), nowMs }));
  const dueMs = nextDueMs(plan.policies);
  if (dueMs !== null) policyDue(dueMs);
}

function callerArn({ caller: { principal } }: RequestContext): string {
  return "arn" in principal ? principal.arn : "N/A";
}
