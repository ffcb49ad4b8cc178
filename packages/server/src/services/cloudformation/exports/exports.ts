import type * as cloudformation from "@aws-sdk/client-cloudformation";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { onEverything, placeOf } from "../access/stack-authorization.ts";
import { validation } from "../errors.ts";
import { pageByText } from "../page.ts";
import { findExport, importersOf, listExports } from "../rows/exports.ts";
import type { CloudFormationTables } from "../tables.ts";

/** ListExports and ListImports. */
export function exportOperations(): OperationTable {
  return defineOperations<typeof cloudformation>()({
    ListExports: {
      authorize: () => onEverything("ListExports"),
      handle: async ({ NextToken }, context) => {
        const db = context.db<CloudFormationTables>();
        const { rows, rest } = await pageByText(
          NextToken,
          ["exports"],
          (after, limit) => listExports(placeOf(context), after, limit, db),
          ({ name }) => name,
        );
        const Exports = rows.map(({ stack_id, name, value }) => ({
          ExportingStackId: stack_id,
          Name: name,
          Value: value,
        }));
        return { Exports, ...rest };
      },
    },
    ListImports: {
      authorize: () => onEverything("ListImports"),
      handle: async ({ ExportName, NextToken }, context) => {
        const db = context.db<CloudFormationTables>();
        const place = placeOf(context);
        if (!(await findExport(ExportName, place, db)))
          throw validation(`No export named ${ExportName} found.`);
        const importers = await importersOf(ExportName, place, db);
        if (importers.length === 0)
          throw validation(`Export '${ExportName}' is not imported by any stack.`);
        const names = importers.map(({ name }) => name);
        const { rows, rest } = await pageByText(
          NextToken,
          ["imports", ExportName],
          async (after, limit) => names.filter((name) => name > after).slice(0, limit),
          (name) => name,
        );
        return { Imports: [...rows], ...rest };
      },
    },
  });
}
