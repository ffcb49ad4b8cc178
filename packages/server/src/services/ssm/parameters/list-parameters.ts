import type * as ssm from "@aws-sdk/client-ssm";
import type { Kysely } from "kysely";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { onPlace } from "../access/parameter-access.ts";
import { invalidFilterKey, validation } from "../errors.ts";
import { filterPage } from "../filters/filter-page.ts";
import {
  belowPath,
  describeFilter,
  type GivenFilter,
  pathFilter,
} from "../filters/parameter-filters.ts";
import { parameterArn, readPath } from "../names/parameter-name.ts";
import { newestBelow } from "../rows/listings.ts";
import { findVersion, labelsOf } from "../rows/parameters.ts";
import type { ParameterVersion, SsmTables } from "../tables.ts";
import { type Shown, shownFacts, shownValue } from "./shown-parameter.ts";

const EVERYTHING = "/";
const DESCRIBED_DEFAULT = 10;
const BY_PATH_DEFAULT = 10;
const BOTH_FILTERS = "You can use either Filters or ParameterFilters in a single request.";
/** Keys of `Filters`, which is older than `ParameterFilters`. */
const OLD_KEYS = ["Name", "Type", "KeyId"];

/** DescribeParameters, GetParametersByPath. */
export function listParameterOperations(): OperationTable {
  return defineOperations<typeof ssm>()({
    DescribeParameters: {
      authorize: () => ({ action: "ssm:DescribeParameters", resource: "*" }),
      async handle(input, context) {
        const filters = givenFilters(input);
        const fits = describeFilter(filters);
        // Nobody shares parameters here.
        if (input.Shared) return { Parameters: [] };
        const place = { account_id: context.accountId, region: context.region };
        const db = context.db<SsmTables>();
        const { items, rest } = await filterPage(input, {
          scope: ["DescribeParameters", filters],
          defaultMax: DESCRIBED_DEFAULT,
          read: (after, limit) => newestBelow(place, EVERYTHING, after, limit, db),
          pick: (row: ParameterVersion) => (fits(row) ? row : undefined),
        });
        const Parameters = items.map((row) => ({
          ...shownFacts(row.name, row),
          ARN: parameterArn(row),
        }));
        return { Parameters, ...rest };
      },
    },
    GetParametersByPath: {
      authorize: ({ Path, Recursive }, { accountId, region }) => {
        readPath(Path);
        const place = { account_id: accountId, region, path: Path.trim() };
        const keys = { "ssm:recursive": String(Recursive ?? false) };
        return onPlace("GetParametersByPath", place, keys);
      },
      async handle(input, context) {
        const { Path, Recursive, ParameterFilters: filters = [], WithDecryption } = input;
        const fits = pathFilter(filters);
        const labels = filters.find(({ Key }) => Key === "Label")?.Values;
        const path = readPath(Path);
        const isBelow = belowPath(path, Recursive);
        const place = { account_id: context.accountId, region: context.region };
        const db = context.db<SsmTables>();
        const { items, rest } = await filterPage(input, {
          scope: ["GetParametersByPath", path, Recursive, filters],
          defaultMax: BY_PATH_DEFAULT,
          read: (after, limit) => newestBelow(place, path, after, limit, db),
          pick: (row: ParameterVersion) =>
            isBelow(row) && fits(row) ? withLabel(row, labels, db) : undefined,
        });
        const all = items.map((shown) => shownValue(shown, WithDecryption, context));
        return { Parameters: await Promise.all(all), ...rest };
      },
    },
  });
}

/** The version that has one of the labels, if any are asked for; else the newest. */
async function withLabel(
  row: ParameterVersion,
  wanted: readonly string[] | undefined,
  db: Kysely<SsmTables>,
): Promise<Shown | undefined> {
  if (!wanted) return { ...row, version: row };
  const found = (await labelsOf(row, db)).find(({ label }) => wanted.includes(label));
  const version = found && (await findVersion(row, found.version, db));
  return version && { ...row, version, selector: found.label };
}

function givenFilters(input: {
  readonly Filters?: readonly GivenFilter[] | undefined;
  readonly ParameterFilters?: readonly GivenFilter[] | undefined;
}): readonly GivenFilter[] {
  const { Filters: old = [], ParameterFilters: filters = [] } = input;
  if (old.length > 0 && filters.length > 0) throw validation(BOTH_FILTERS);
  const strange = old.find(({ Key }) => !OLD_KEYS.includes(Key));
  if (strange)
    throw invalidFilterKey(
      `The following filter key is not valid: ${strange.Key}. Valid filter keys include: ` +
        `[${OLD_KEYS.join(", ")}].`,
    );
  return old.length > 0 ? old.map(({ Key, Values }) => ({ Key, Values })) : filters;
}
