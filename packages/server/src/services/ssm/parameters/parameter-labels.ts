import type * as ssm from "@aws-sdk/client-ssm";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { currentParameter, parameterOperation } from "../access/parameter-access.ts";
import type { SsmDependencies } from "../dependencies.ts";
import { parameterNotFound, tooManyLabels, versionNotFound } from "../errors.ts";
import { readOwnName } from "../names/parameter-name.ts";
import { changeEvent } from "../parameter-events.ts";
import { LABELS_PER_VERSION } from "../quotas.ts";
import { findVersion, labelsOf, removeLabels, writeLabel } from "../rows/parameters.ts";
import type { ParameterRow, SsmTables, VersionRow } from "../tables.ts";

interface LabelInput {
  readonly Name: string;
  readonly ParameterVersion?: number | undefined;
  readonly Labels: readonly string[];
}

/** Source: API reference, LabelParameterVersion. */
const LABEL = /^(?!aws|ssm)[A-Za-z_.-][A-Za-z0-9_.-]*$/i;

/** LabelParameterVersion, UnlabelParameterVersion. */
export function parameterLabelOperations(deps: SsmDependencies): OperationTable {
  const placeOf = ({ Name }: LabelInput, context: RequestContext) =>
    readOwnName(Name, context).place;
  return defineOperations<typeof ssm>()({
    LabelParameterVersion: parameterOperation(
      "LabelParameterVersion",
      placeOf,
      (found, input: LabelInput, context) =>
        onVersion(found, input, context, async (row, version, tx) => {
          const labels = [...new Set(input.Labels)];
          const valid = labels.filter((label) => LABEL.test(label));
          const { parameter_id } = row;
          const before = await labelsOf(row, tx.db);
          const own = before.filter((one) => one.version === version.version);
          const all = new Set([...own.map(({ label }) => label), ...valid]);
          if (all.size > LABELS_PER_VERSION) throw tooManyLabels();
          for (const label of valid)
            await writeLabel({ parameter_id, label, version: version.version }, tx.db);
          if (valid.length > 0) tx.afterCommit(() => publishLabelled(row, version, context, deps));
          const InvalidLabels = labels.filter((label) => !LABEL.test(label));
          return { InvalidLabels, ParameterVersion: version.version };
        }),
    ),
    UnlabelParameterVersion: parameterOperation(
      "UnlabelParameterVersion",
      placeOf,
      (found, input: LabelInput, context) =>
        onVersion(found, input, context, async (row, { version }, { db }) => {
          const labels = [...new Set(input.Labels)];
          const own = (await labelsOf(row, db)).filter((one) => one.version === version);
          const isOwn = (label: string) => own.some((one) => one.label === label);
          const RemovedLabels = labels.filter(isOwn);
          await removeLabels({ ...row, version }, RemovedLabels, db);
          return { RemovedLabels, InvalidLabels: labels.filter((label) => !isOwn(label)) };
        }),
    ),
  });
}

/** Changes a version in a transaction. Throws ParameterNotFound, ParameterVersionNotFound. */
function onVersion<Output>(
  found: ParameterRow | undefined,
  { ParameterVersion }: LabelInput,
  context: RequestContext,
  change: (row: ParameterRow, version: VersionRow, tx: Transaction<SsmTables>) => Promise<Output>,
): Promise<Output> {
  return context.transaction<SsmTables, Output>(async (tx) => {
    const row = await currentParameter(found, tx.db);
    if (!row) throw parameterNotFound();
    const wanted = ParameterVersion ?? row.version;
    const version = await findVersion(row, wanted, tx.db);
    if (!version) throw versionNotFound(row.name, wanted);
    return change(row, version, tx);
  });
}

function publishLabelled(
  row: ParameterRow,
  version: VersionRow,
  { nowMs }: RequestContext,
  { events, ids }: SsmDependencies,
): void {
  events.publish(changeEvent("LabelParameterVersion", row, version, { id: ids.uuid(), nowMs }));
}
