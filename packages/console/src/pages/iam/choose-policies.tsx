import { type Policy, paginateListPolicies } from "@aws-sdk/client-iam";
import { ResourceTable } from "../../shared/resource-table.tsx";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { managerOf } from "./policy-owner.ts";

/** A list of all managed policies, the account's own first, from which several can be chosen. */
export function ChoosePolicies(props: {
  /** Chosen as the list appears. */
  readonly chosen?: readonly Policy[];
  readonly onChoose: (policies: readonly Policy[]) => void;
}) {
  const { chosen, onChoose } = props;
  const policies = useList("managed policies", ownPoliciesFirst);
  return (
    <ResourceTable
      plural="policies"
      call={policies}
      idOf={({ Arn }) => Arn ?? ""}
      {...(chosen ? { selected: chosen } : {})}
      onSelect={onChoose}
      empty="There are no policies."
      columns={[
        {
          id: "name",
          header: "Name",
          isRowHeader: true,
          value: ({ PolicyName }: Policy) => PolicyName,
        },
        { id: "type", header: "Type", value: ({ Arn = "" }) => managerOf(Arn) },
        {
          id: "attached",
          header: "Attached to",
          value: ({ AttachmentCount = 0 }) => AttachmentCount,
        },
      ]}
    />
  );
}

async function* ownPoliciesFirst({ iam: client }: AwsClients) {
  for (const Scope of ["Local", "AWS"] as const) {
    yield* pagesOf(
      paginateListPolicies({ client, pageSize: 1_000 }, { Scope }),
      (page) => page.Policies,
    );
  }
}
