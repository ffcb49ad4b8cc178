import { invalidField } from "../errors.ts";

/** Source: API reference, AnalysisRuleCriteria. */
const ACCOUNTS_MAX = 2_000;
const ACCOUNT_ID = /^\d{12}$/;

/** @throws ValidationException for a list with a text that is no account id, or too long a list */
export function checkAccounts(accountIds: readonly string[]): void {
  if (accountIds.length > ACCOUNTS_MAX || !accountIds.every((id) => ACCOUNT_ID.test(id)))
    throw invalidField("accountIds", "Invalid account ids");
}
