import type * as s3control from "@aws-sdk/client-s3-control";
import type { Authorization } from "../../../kernel/authorization.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { requestKeys } from "../access/authorization.ts";
import { givenBlock } from "../access/given-block.ts";
import { accessDenied } from "../errors.ts";
import type { S3Tables } from "../tables.ts";

interface AccountInput {
  readonly AccountId?: string | undefined;
}

/**
 * PutPublicAccessBlock, GetPublicAccessBlock, DeletePublicAccessBlock of an account. Each of its
 * buckets keeps a copy, so that a request for one of them reads nothing more.
 */
export function accountBlockOperations(): OperationTable {
  return defineOperations<typeof s3control>()({
    PutPublicAccessBlock: {
      authorize: needs("PutAccountPublicAccessBlock"),
      handle: async (input, context) => {
        await setBlock(givenBlock(input.PublicAccessBlockConfiguration), context);
        return {};
      },
    },
    GetPublicAccessBlock: {
      authorize: needs("GetAccountPublicAccessBlock"),
      handle: async (_input, context) => {
        const accountId = requireAccount(context);
        const row = await context
          .db<S3Tables>()
          .selectFrom("s3_accounts")
          .select("public_access_block")
          .where("account_id", "=", accountId)
          .executeTakeFirst();
        if (row) return { PublicAccessBlockConfiguration: JSON.parse(row.public_access_block) };
        throw new AwsError(
          "NoSuchPublicAccessBlockConfiguration",
          "The public access block configuration was not found",
          { status: 404, fields: { AccountId: accountId } },
        );
      },
    },
    DeletePublicAccessBlock: {
      authorize: needs("PutAccountPublicAccessBlock"),
      handle: async (_input, context) => {
        await setBlock(undefined, context);
        // Unlike its model says.
        context.response.status = 204;
        return {};
      },
    },
  });
}

/** An account is its own: nobody else's policies could allow it. */
function needs(action: string) {
  return ({ AccountId }: AccountInput, context: RequestContext): Authorization => {
    if (AccountId !== requireAccount(context)) throw accessDenied();
    return { action: `s3:${action}`, resource: "*", context: requestKeys(context) };
  };
}

async function setBlock(block: object | undefined, context: RequestContext): Promise<void> {
  const account_id = requireAccount(context);
  const public_access_block = block && JSON.stringify(block);
  await context.transaction<S3Tables, void>(async (tx) => {
    await tx.db.deleteFrom("s3_accounts").where("account_id", "=", account_id).execute();
    if (public_access_block !== undefined)
      await tx.db.insertInto("s3_accounts").values({ account_id, public_access_block }).execute();
    await tx.db
      .updateTable("s3_buckets")
      .set({ account_public_access_block: public_access_block ?? null })
      .where("account_id", "=", account_id)
      .execute();
  });
}
