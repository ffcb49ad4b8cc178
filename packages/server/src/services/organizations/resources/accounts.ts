import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { listOf, pick } from "../../../kernel/resource-types/members.ts";
import { type ResourceCall, ResourceError } from "../../../kernel/resources.ts";
import { itemsOf, organizations, organizationsTags } from "./organizations-calls.ts";

interface Account {
  readonly Id: string;
  readonly Name: string;
  readonly JoinedTimestamp?: Date;
}

interface CreateStatus {
  readonly CreateAccountStatus: {
    readonly Id: string;
    readonly State: string;
    readonly AccountId?: string;
    readonly FailureReason?: string;
  };
}

async function parentOf(ChildId: unknown, call: ResourceCall): Promise<string | undefined> {
  const [parent] = await itemsOf<{ Id: string }>(call, "ListParents", { ChildId }, "Parents");
  return parent?.Id;
}

/** Organizations makes the account at once, and says so when it is asked again. */
async function createdAccount(input: object, call: ResourceCall): Promise<unknown> {
  const begun = await organizations<CreateStatus>(call, "CreateAccount", input);
  const { Id } = begun.CreateAccountStatus;
  const { CreateAccountStatus: status } = await organizations<CreateStatus>(
    call,
    "DescribeCreateAccountStatus",
    { CreateAccountRequestId: Id },
  );
  if (status.State === "SUCCEEDED") return status.AccountId;
  throw new ResourceError("NotStabilized", status.FailureReason ?? `State ${status.State}`);
}

/** An account of the organization. Deleting it closes the account. */
export const accountType = declareType({
  typeName: "AWS::Organizations::Account",
  fixed: ["AccountName", "Email", "RoleName"],
  parts: [
    {
      properties: ["ParentIds"],
      async write({ id: { AccountId }, want }, call) {
        const [wanted] = listOf<string>(want.ParentIds);
        const SourceParentId = await parentOf(AccountId, call);
        if (wanted === undefined || wanted === SourceParentId) return;
        const input = { AccountId, SourceParentId, DestinationParentId: wanted };
        await organizations(call, "MoveAccount", input);
      },
      async read({ AccountId }, call) {
        const parent = await parentOf(AccountId, call);
        return { ParentIds: parent === undefined ? undefined : [parent] };
      },
    },
    organizationsTags("AccountId"),
  ],
  async create(want, call) {
    const input = pick(want, ["AccountName", "Email", "RoleName", "Tags"]);
    return { AccountId: await createdAccount(input, call) };
  },
  isReadAfterwards: true,
  async read({ AccountId }, call) {
    const answer = await organizations<{ Account: Account }>(call, "DescribeAccount", {
      AccountId,
    });
    const { Account: account } = answer;
    return {
      ...pick({ ...account }, ["Arn", "Email", "JoinedMethod", "Paths", "State", "Status"]),
      AccountId: account.Id,
      AccountName: account.Name,
      JoinedTimestamp: account.JoinedTimestamp?.toISOString(),
    };
  },
  async delete({ AccountId }, call) {
    await organizations(call, "CloseAccount", { AccountId });
    return undefined;
  },
  async *list(_model, call) {
    for (const { Id } of await itemsOf<Account>(call, "ListAccounts", {}, "Accounts"))
      yield { AccountId: Id };
  },
});
