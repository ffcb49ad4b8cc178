import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import { alreadyExists, invalidInput, noSuchEntity } from "../errors.ts";
import { onAccount } from "../identities/authorization.ts";
import { pageOf } from "../pagination.ts";
import { required } from "../required.ts";
import type { IamTables } from "../tables.ts";

/** Such an alias couldn't be told from an account's number. */
const LIKE_AN_ACCOUNT = /^\d{12}$/;

export function accountAliasOperations() {
  return defineOperations<typeof iam>()({
    ListAccountAliases: {
      authorize: (_input, context) => onAccount(context),
      handle: async (input, context) => {
        const rows = await context
          .db<IamTables>()
          .selectFrom("iam_account_aliases")
          .select("alias")
          .where("account_id", "=", context.accountId)
          .execute();
        const aliases = rows.map((row) => row.alias);
        const page = await pageOf(input, aliases, (alias) => alias);
        return { AccountAliases: [...page.items], ...page.output };
      },
    },
    CreateAccountAlias: {
      authorize: (_input, context) => onAccount(context),
      handle: (input, context) =>
        context.transaction<IamTables, object>(async ({ db }) => {
          const alias = required(input.AccountAlias, "accountAlias");
          if (LIKE_AN_ACCOUNT.test(alias))
            throw invalidInput("An account alias can't be a number of 12 digits.");
          const taken = await db
            .selectFrom("iam_account_aliases")
            .select("account_id")
            .where("alias", "=", alias)
            .executeTakeFirst();
          if (taken) throw alreadyExists(`The account alias ${alias}`);
          // An account has one alias; a new one takes the place of the old.
          const { accountId } = context;
          await db.deleteFrom("iam_account_aliases").where("account_id", "=", accountId).execute();
          await db
            .insertInto("iam_account_aliases")
            .values({ account_id: accountId, alias })
            .execute();
          return {};
        }),
    },
    DeleteAccountAlias: {
      authorize: (_input, context) => onAccount(context),
      handle: (input, context) =>
        context.transaction<IamTables, object>(async ({ db }) => {
          const alias = required(input.AccountAlias, "accountAlias");
          const deleted = await db
            .deleteFrom("iam_account_aliases")
            .where("account_id", "=", context.accountId)
            .where("alias", "=", alias)
            .executeTakeFirst();
          if (Number(deleted.numDeletedRows) === 0)
            throw noSuchEntity(`The account alias with name ${alias} cannot be found.`);
          return {};
        }),
    },
  });
}
