import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import { alreadyExists, invalidInput, noSuchEntity } from "../errors.ts";
import { onAccount } from "../identities/authorization.ts";
import { pageOf } from "../pagination.ts";
import { aliasesOf, deleteAlias, isAliasTaken, replaceAlias } from "../rows/account-aliases.ts";
import type { IamTables } from "../tables.ts";

/** An alias of this form would look like an account's number. */
const LIKE_AN_ACCOUNT = /^\d{12}$/;

export function accountAliasOperations() {
  return defineOperations<typeof iam>()({
    ListAccountAliases: {
      authorize: (_input, context) => onAccount(context),
      handle: async (input, context) => {
        const aliases = await aliasesOf(context.db<IamTables>(), context.accountId);
        const page = await pageOf(input, aliases, (alias) => alias);
        return { AccountAliases: [...page.items], ...page.output };
      },
    },
    CreateAccountAlias: {
      authorize: (_input, context) => onAccount(context),
      handle: (input, context) =>
        context.transaction<IamTables, object>(async ({ db }) => {
          const { AccountAlias: alias } = input;
          if (LIKE_AN_ACCOUNT.test(alias))
            throw invalidInput("An account alias can't be a number of 12 digits.");
          if (await isAliasTaken(db, alias)) throw alreadyExists(`The account alias ${alias}`);
          await replaceAlias(db, { account_id: context.accountId, alias });
          return {};
        }),
    },
    DeleteAccountAlias: {
      authorize: (_input, context) => onAccount(context),
      handle: (input, context) =>
        context.transaction<IamTables, object>(async ({ db }) => {
          const { AccountAlias: alias } = input;
          if (!(await deleteAlias(db, { account_id: context.accountId, alias })))
            throw noSuchEntity(`The account alias with name ${alias} cannot be found.`);
          return {};
        }),
    },
  });
}
