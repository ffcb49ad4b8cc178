import { paginateListGroups, paginateListRoles } from "@aws-sdk/client-iam";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useCall } from "../../wire/use-call.ts";
import { userPages } from "../iam/list-users.ts";

/** Chooses a user, group or role by its ARN; users who may not list them type it. */
export function PrincipalChoice(props: {
  readonly arn: string;
  readonly onChange: (arn: string) => void;
}) {
  const { arn, onChange } = props;
  const known = useCall("principals", listPrincipals);
  return (
    <FormField label="User, group or role" description="Its ARN.">
      <Autosuggest
        value={arn}
        ariaLabel="User, group or role"
        placeholder="arn:aws:iam::000000000000:user/ann"
        options={(known.data ?? []).map((value) => ({ value }))}
        enteredTextLabel={(text) => `Use ${text}`}
        empty="No users, groups or roles"
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}

async function listPrincipals(aws: AwsClients): Promise<readonly string[]> {
  const { iam: client } = aws;
  const [users, groups, roles] = await Promise.all([
    allPages(userPages(aws), (page) => page),
    allPages(paginateListGroups({ client }, {}), (page) => page.Groups),
    allPages(paginateListRoles({ client }, {}), (page) => page.Roles),
  ]);
  return [...users, ...groups, ...roles].flatMap(({ Arn }) => Arn ?? []);
}
