import type { SortCriteria } from "@aws-sdk/client-accessanalyzer";
import { invalidField } from "../errors.ts";
import { checkFilter, type Filter, filterableOf, meets } from "../finding/filter.ts";
import { bodyOf } from "../finding/finding-body.ts";
import { isAfter, type KeyOf, type PageInput, pageOf } from "../page.ts";
import type { AnalyzerRow, FindingRow } from "../tables.ts";

interface ListInput extends PageInput {
  readonly filter?: Filter | undefined;
  readonly sort?: SortCriteria | undefined;
}

/** The attributes by which findings are sorted; AWS names none. */
const ATTRIBUTES: Readonly<Record<string, (row: FindingRow) => string | number>> = {
  createdAt: (row) => row.created_ms,
  updatedAt: (row) => row.updated_ms,
  analyzedAt: (row) => row.analyzed_ms,
  id: (row) => row.finding_id,
  status: (row) => row.status,
  findingType: (row) => row.type,
  resource: (row) => row.resource,
  resourceType: (row) => row.resource_type,
  resourceOwnerAccount: (row) => row.owner_account_id,
  isPublic: (row) => String(bodyOf(row).external?.isPublic ?? false),
  error: (row) => bodyOf(row).error ?? "",
};

/** A page of the findings that a filter lets through. @throws ValidationException */
export function listFindings(
  analyzer: AnalyzerRow,
  findings: readonly FindingRow[],
  input: ListInput,
) {
  const { filter = {}, sort = {} } = input;
  checkFilter(filter, "findings");
  const { attributeName = "updatedAt", orderBy = "DESC" } = sort;
  const sortedBy = Object.hasOwn(ATTRIBUTES, attributeName) ? ATTRIBUTES[attributeName] : undefined;
  if (!sortedBy) throw invalidField("attributeName", `Invalid sort attribute: ${attributeName}`);
  const isDescending = orderBy === "DESC";
  const keyOf: KeyOf<FindingRow> = (row) => [sortedBy(row), row.finding_id];
  const sorted = findings
    .filter((row) => meets(filter, filterableOf(row)))
    .sort((one, other) => (isAfter(keyOf(one), keyOf(other), isDescending) ? 1 : -1));
  const list = [analyzer.analyzer_id, filter, attributeName, orderBy];
  return pageOf(input, list, sorted, keyOf, isDescending);
}
