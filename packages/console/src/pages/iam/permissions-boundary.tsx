import {
  DeleteRolePermissionsBoundaryCommand,
  DeleteUserPermissionsBoundaryCommand,
  type IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutUserPermissionsBoundaryCommand,
  paginateListPolicies,
} from "@aws-sdk/client-iam";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";

/** Users and roles have one; groups don't. */
interface Bounded {
  readonly kind: "user" | "role";
  readonly name: string;
}

/** The policy beyond which no other can allow anything, and changing it. */
export function PermissionsBoundary(props: {
  readonly of: Bounded;
  /** The policy's ARN. */
  readonly boundary: string | undefined;
  /** A service-linked role can't have one. */
  readonly locked?: boolean;
  readonly onChanged: () => void;
}) {
  const { of, boundary, locked = false, onChanged } = props;
  const [editing, setEditing] = useState(false);
  return (
    <>
      {boundary === undefined ? (
        "None"
      ) : (
        <PlaceLink to={placeOf("/iam/policies/:arn", { arn: boundary })}>
          {boundary.split("/").at(-1)}
        </PlaceLink>
      )}{" "}
      {!locked && (
        <Button
          variant="inline-link"
          ariaLabel="Change permissions boundary"
          onClick={() => setEditing(true)}
        >
          Change
        </Button>
      )}
      {editing && (
        <EditBoundary
          of={of}
          boundary={boundary}
          onSaved={onChanged}
          onClose={() => setEditing(false)}
        />
      )}
    </>
  );
}

function EditBoundary(props: {
  readonly of: Bounded;
  readonly boundary: string | undefined;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}) {
  const { of, boundary = "", onSaved, onClose } = props;
  const { iam } = useAws();
  const { done } = useNotices();
  const [arn, setArn] = useState(boundary);
  // Users who may not list policies type the ARN.
  const policies = useCall("policies of every scope", ({ iam: client }) =>
    allPages(paginateListPolicies({ client, pageSize: 1_000 }, {}), (page) => page.Policies),
  );
  return (
    <ModalForm
      title={`Permissions boundary of ${of.name}`}
      verb="Save"
      disabled={arn === boundary}
      onClose={onClose}
      onSubmit={async () => {
        await setBoundary(iam, of, arn);
        done(
          arn === ""
            ? `${of.name} has no permissions boundary any more.`
            : `${of.name} may do nothing any more that its permissions boundary doesn't allow.`,
        );
        onSaved();
      }}
    >
      <Box>
        The {of.kind} may do what its policies allow and this policy allows too. By itself it allows
        nothing.
      </Box>
      <FormField label="Policy" description="A managed policy's ARN. Empty: no boundary.">
        <Autosuggest
          value={arn}
          ariaLabel="Policy"
          placeholder="arn:aws:iam::aws:policy/PowerUserAccess"
          virtualScroll
          statusType={policies.loading ? "loading" : "finished"}
          options={(policies.data ?? []).map(({ Arn = "" }) => ({ value: Arn }))}
          enteredTextLabel={(text) => `Use ${text}`}
          onChange={({ detail }) => setArn(detail.value)}
        />
      </FormField>
    </ModalForm>
  );
}

function setBoundary(iam: IAMClient, { kind, name }: Bounded, arn: string): Promise<unknown> {
  const PermissionsBoundary = arn;
  if (kind === "user") {
    const UserName = name;
    return arn === ""
      ? iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName }))
      : iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary }));
  }
  const RoleName = name;
  return arn === ""
    ? iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }))
    : iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
}
