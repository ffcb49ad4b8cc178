import type * as ssm from "@aws-sdk/client-ssm";
import type { Kysely } from "kysely";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { onParameter } from "../access/parameter-access.ts";
import { parameterNotFound, secretNotFound, versionNotFound } from "../errors.ts";
import { type NamedParameter, readName } from "../names/parameter-name.ts";
import { findVersion, labelsOf } from "../rows/parameters.ts";
import type { ParameterRow, SsmTables, VersionRow } from "../tables.ts";
import { type Shown, shownValue } from "./shown-parameter.ts";

const SECRETS = "/aws/reference/secretsmanager/";
const NUMBER = /^\d+$/;

/** GetParameter, GetParameters. */
export function getParameterOperations(): OperationTable {
  return defineOperations<typeof ssm>()({
    GetParameter: withSubject({
      authorize: ({ Name }, context) =>
        onParameter("GetParameter", readName(Name, context).place, context),
      async handle({ Name, WithDecryption }, context, row) {
        const named = readName(Name, context);
        const shown = await selected(row, named, context.db<SsmTables>());
        if (shown) return { Parameter: await shownValue(shown, WithDecryption, context) };
        throw missing(Name.trim(), row, named);
      },
    }),
    GetParameters: withSubject({
      async authorize({ Names }, context) {
        const wanted = [...new Set(Names.map((name) => name.trim()))].map(async (text) => {
          const named = readName(text, context);
          return { text, named, ...(await onParameter("GetParameters", named.place, context)) };
        });
        const subject = await Promise.all(wanted);
        return { pairs: subject.flatMap(({ pairs }) => pairs), subject };
      },
      async handle({ WithDecryption }, context, wanted) {
        const found = wanted.map(async ({ text, named, subject }) => {
          const shown = await selected(subject, named, context.db<SsmTables>());
          return shown ? shownValue(shown, WithDecryption, context) : text;
        });
        const all = await Promise.all(found);
        const Parameters = all.filter((one) => typeof one !== "string");
        Parameters.sort((one, other) => (one.Name < other.Name ? -1 : 1));
        return { Parameters, InvalidParameters: all.filter((one) => typeof one === "string") };
      },
    }),
  });
}

/** The version that a name means. AWS shows a parameter under the name that it was asked by. */
async function selected(
  row: ParameterRow | undefined,
  { name, selector }: NamedParameter,
  db: Kysely<SsmTables>,
): Promise<Shown | undefined> {
  const version = row && (await versionOf(row, selector, db));
  return version && { ...row, name: name ?? row.name, version, selector };
}

async function versionOf(
  row: ParameterRow,
  selector: string | undefined,
  db: Kysely<SsmTables>,
): Promise<VersionRow | undefined> {
  if (selector === undefined) return findVersion(row, row.version, db);
  if (NUMBER.test(selector)) return findVersion(row, Number(selector), db);
  const labels = await labelsOf(row, db);
  const found = labels.find(({ label }) => label === selector);
  return found && findVersion(row, found.version, db);
}

function missing(text: string, row: ParameterRow | undefined, { place, selector }: NamedParameter) {
  if (place.path.startsWith(SECRETS)) return secretNotFound(text);
  if (!row || selector === undefined || selector.includes(":")) return parameterNotFound();
  return versionNotFound(row.name, selector);
}
