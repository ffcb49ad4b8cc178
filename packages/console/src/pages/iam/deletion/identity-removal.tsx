import {
  DeleteGroupCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { CallFailure } from "../../../shared/call-failure.tsx";
import type { Run } from "../../../shared/remove-all.ts";
import type { Removal } from "../../../shared/remove-items.tsx";
import { useCall } from "../../../wire/use-call.ts";
import { listOwned, type OwnerKind } from "./owned-things.ts";

const DELETE: Readonly<Record<OwnerKind, (client: IAMClient, name: string) => Promise<unknown>>> = {
  user: (client, UserName) => client.send(new DeleteUserCommand({ UserName })),
  group: (client, GroupName) => client.send(new DeleteGroupCommand({ GroupName })),
  role: (client, RoleName) => client.send(new DeleteRoleCommand({ RoleName })),
  policy: (client, PolicyArn) => client.send(new DeletePolicyCommand({ PolicyArn })),
};

/** Deletes users, groups, roles or policies with what they own, which is listed before. */
export function identityRemoval<Item>(
  kind: OwnerKind,
  /** The identity's name; a policy's ARN. */
  nameOf: (item: Item) => string,
): Removal<Item> {
  const shownName = (item: Item) => nameOf(item).split("/").at(-1) ?? "";
  return {
    one: kind,
    nameOf: shownName,
    consequences: (items) => <OwnedBy kind={kind} names={items.map(nameOf)} />,
    remove: ({ iam }, item, run) => removeIdentity(iam, kind, nameOf(item), run),
  };
}

async function removeIdentity(
  client: IAMClient,
  kind: OwnerKind,
  name: string,
  { signal, report }: Run,
): Promise<void> {
  for (const { label, remove } of await listOwned(client, kind, name)) {
    signal.throwIfAborted();
    report(label);
    await remove();
  }
  signal.throwIfAborted();
  report(name);
  await DELETE[kind](client, name);
}

/** As many owners are asked what they own. */
const LISTED_MAX = 20;

function OwnedBy(props: { readonly kind: OwnerKind; readonly names: readonly string[] }) {
  const { kind, names } = props;
  const listed = names.slice(0, LISTED_MAX);
  const owned = useCall(`owned by ${kind} ${listed.join(" ")}`, ({ iam }) =>
    Promise.all(listed.map((name) => listOwned(iam, kind, name))),
  );
  if (owned.error !== undefined) {
    return (
      <CallFailure
        title={`What the ${kind} owns can't be listed`}
        error={owned.error}
        onRetry={owned.reload}
      />
    );
  }
  if (!owned.data) return <StatusIndicator type="loading">Looking what it owns</StatusIndicator>;
  const labels = owned.data.flatMap((things, index) =>
    things.map(({ label }) => (names.length === 1 ? label : `${names[index]}: ${label}`)),
  );
  if (labels.length === 0) return <Box>Nothing hangs on it. This can't be undone.</Box>;
  return (
    <Box>
      These go along, and can't be brought back:
      <ul className="owned-things">
        {labels.map((label) => (
          <li key={label}>{label}</li>
        ))}
      </ul>
      {names.length > listed.length &&
        `So does what the other ${names.length - listed.length} own.`}
    </Box>
  );
}
