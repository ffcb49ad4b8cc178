import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { generatePolicy } from "@rolecast/policy";
import { ResourceTable } from "../../shared/resource-table.tsx";
import {
  type PermissionUse,
  permissionUses,
  unusedPermissions,
} from "../../wire/permission-uses.ts";
import { useCall } from "../../wire/use-call.ts";

/** The permissions that a user or role has used and those that it hasn't. */
export function UsedPermissions({ principal }: { readonly principal: string }) {
  const used = useCall(`permissions used by ${principal}`, (aws) => permissionUses(aws, principal));
  const unused = useCall(`permissions not used by ${principal}`, async (aws) =>
    (await unusedPermissions(aws, principal)).flatMap(unusedParts),
  );
  return (
    <SpaceBetween size="l">
      <ResourceTable
        plural="used permissions"
        call={used}
        idOf={({ Action, Resource, Operation, Condition }) =>
          JSON.stringify([Action, Resource, Operation, Condition])
        }
        empty="None yet: nothing has called as this principal."
        columns={USED}
      />
      {used.data !== undefined && used.data.length > 0 && <PolicyOf uses={used.data} />}
      <ResourceTable
        plural="unused permissions"
        call={unused}
        idOf={({ policy, statement, part }) => JSON.stringify([policy, statement, part])}
        empty="None: all that the policies allow was needed."
        columns={UNUSED}
      />
    </SpaceBetween>
  );
}

/** The smallest policy that allows what was used. */
function PolicyOf({ uses }: { readonly uses: readonly PermissionUse[] }) {
  const calls = uses.map(({ Action, Resource, IsPattern, Condition }) => ({
    action: Action,
    resource: Resource,
    isPattern: IsPattern,
    context: new Map(Object.entries(Condition).map(([key, value]) => [key.toLowerCase(), value])),
  }));
  const text = generatePolicy(calls).documents.join("\n");
  return (
    <ExpandableSection headerText="The smallest policy that allows what was used">
      <CopyToClipboard
        copyButtonText="Copy"
        textToCopy={text}
        copySuccessText="Copied"
        copyErrorText="The browser refused"
      />
      <pre className="document">{text}</pre>
    </ExpandableSection>
  );
}

interface UnusedPart {
  readonly policy: string;
  readonly statement: string;
  readonly part: string;
}

function unusedParts(
  policy: Awaited<ReturnType<typeof unusedPermissions>>[number],
): readonly UnusedPart[] {
  const { PolicyName, GroupName, IsUnused, UnusedStatements } = policy;
  const name = GroupName === undefined ? PolicyName : `${PolicyName} via group ${GroupName}`;
  if (IsUnused) return [{ policy: name, statement: "all", part: "all" }];
  return UnusedStatements.map(({ Index, Sid, IsUnused: isWhole, Actions, Resources }) => ({
    policy: name,
    statement: Sid ?? `${Index + 1}`,
    part: isWhole ? "all" : [...Actions, ...Resources].join(", "),
  }));
}

const USED = [
  {
    id: "action",
    header: "Action",
    isRowHeader: true,
    value: ({ Action }: PermissionUse) => Action,
  },
  { id: "resource", header: "Resource", value: ({ Resource }: PermissionUse) => Resource },
  { id: "call", header: "Needed by", value: ({ Operation }: PermissionUse) => Operation },
  {
    id: "last",
    header: "Last used",
    value: ({ LastUsed }: PermissionUse) => new Date(LastUsed * 1_000),
  },
  {
    id: "denied",
    header: "Decision",
    value: ({ LastDenied }: PermissionUse) => (LastDenied === undefined ? "allowed" : "denied"),
    cell: ({ LastDenied, LastUsed }: PermissionUse) =>
      LastDenied === undefined ? (
        "allowed"
      ) : (
        <StatusIndicator type={LastDenied < LastUsed ? "warning" : "error"}>
          {LastDenied < LastUsed ? "was denied before" : "denied"}
        </StatusIndicator>
      ),
  },
];

const UNUSED = [
  {
    id: "policy",
    header: "Policy",
    isRowHeader: true,
    value: ({ policy }: UnusedPart) => policy,
  },
  { id: "statement", header: "Statement", value: ({ statement }: UnusedPart) => statement },
  { id: "part", header: "Nothing needed", value: ({ part }: UnusedPart) => part },
];
