import type * as ssm from "@aws-sdk/client-ssm";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { currentParameter, onParameter, parameterOperation } from "../access/parameter-access.ts";
import type { SsmDependencies } from "../dependencies.ts";
import { parameterNotFound } from "../errors.ts";
import { readOwnName } from "../names/parameter-name.ts";
import { changeEvent } from "../parameter-events.ts";
import { findVersion, removeParameter } from "../rows/parameters.ts";
import type { ParameterRow, SsmTables } from "../tables.ts";

/** DeleteParameter, DeleteParameters. */
export function deleteParameterOperations(deps: SsmDependencies): OperationTable {
  return defineOperations<typeof ssm>()({
    DeleteParameter: parameterOperation(
      "DeleteParameter",
      ({ Name }, context) => readOwnName(Name, context).place,
      async (found, _input, context) => {
        const [gone] = await removeAll([found], context, deps);
        if (!gone) throw parameterNotFound();
        return {};
      },
    ),
    DeleteParameters: withSubject({
      async authorize({ Names }, context) {
        const all = [...new Set(Names.map((text) => text.trim()))].map(async (text) => {
          const { place } = readOwnName(text, context);
          return { text, ...(await onParameter("DeleteParameters", place, context)) };
        });
        const subject = await Promise.all(all);
        return { pairs: subject.flatMap(({ pairs }) => pairs), subject };
      },
      async handle(_input, context, named) {
        const rows = named.map(({ subject }) => subject);
        const gone = new Set(await removeAll(rows, context, deps));
        const isGone = ({ subject }: { subject: ParameterRow | undefined }) =>
          subject !== undefined && gone.has(subject.parameter_id);
        return {
          DeletedParameters: named.filter(isGone).map(({ text }) => text),
          InvalidParameters: named.filter((one) => !isGone(one)).map(({ text }) => text),
        };
      },
    }),
  });
}

/** Removes what is still there, in one transaction, and answers the ids of what it removed. */
function removeAll(
  rows: readonly (ParameterRow | undefined)[],
  context: RequestContext,
  deps: SsmDependencies,
): Promise<readonly string[]> {
  return context.transaction<SsmTables, readonly string[]>(async (tx) => {
    const gone: string[] = [];
    for (const row of rows) {
      const current = await currentParameter(row, tx.db);
      const version = current && (await findVersion(current, current.version, tx.db));
      if (!current || !version) continue;
      await removeParameter(current, tx.db);
      gone.push(current.parameter_id);
      tx.afterCommit(() => {
        const facts = { id: deps.ids.uuid(), nowMs: context.nowMs };
        deps.events.publish(changeEvent("Delete", current, version, facts));
      });
    }
    return gone;
  });
}
