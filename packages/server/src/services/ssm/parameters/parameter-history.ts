import type * as ssm from "@aws-sdk/client-ssm";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { pageToken, readPageToken } from "../../../kernel/page-token.ts";
import { onParameter } from "../access/parameter-access.ts";
import { invalidNextToken, parameterNotFound } from "../errors.ts";
import { readName } from "../names/parameter-name.ts";
import { labelsOf, versionsAfter } from "../rows/parameters.ts";
import type { SsmTables } from "../tables.ts";
import { decryptValue } from "../values/secure-string.ts";
import { shownFacts } from "./shown-parameter.ts";

const DEFAULT_MAX = 50;
const MARK = "history";

/** GetParameterHistory. */
export function parameterHistoryOperations(): OperationTable {
  return defineOperations<typeof ssm>()({
    GetParameterHistory: withSubject({
      authorize: ({ Name }, context) =>
        onParameter("GetParameterHistory", readName(Name, context).place, context),
      async handle(input, context, row) {
        const { Name, WithDecryption, MaxResults = DEFAULT_MAX } = input;
        const { name, selector } = readName(Name, context);
        if (!row || selector !== undefined) throw parameterNotFound();
        const db = context.db<SsmTables>();
        const after = afterOf(input.NextToken);
        const found = await versionsAfter(row, after, MaxResults + 1, db);
        const versions = found.slice(0, MaxResults);
        const labels = await labelsOf(row, db);
        const shown = versions.map(async (version) => ({
          ...shownFacts(name ?? row.name, version),
          Value: WithDecryption ? await decryptValue(version, row, context) : version.value,
          Labels: labels.filter((one) => one.version === version.version).map(({ label }) => label),
        }));
        const last = versions.at(-1);
        return {
          Parameters: await Promise.all(shown),
          ...(found.length > versions.length && last
            ? { NextToken: pageToken(MARK, [last.version]) }
            : {}),
        };
      },
    }),
  });
}

/** The version that a page comes after. Throws InvalidNextToken. */
function afterOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const place = readPageToken(token, MARK, ["number"]);
  if (!place) throw invalidNextToken();
  return place[0];
}
