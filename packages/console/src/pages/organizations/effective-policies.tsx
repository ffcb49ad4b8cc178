import {
  DescribeEffectivePolicyCommand,
  type PolicySummary,
  type PolicyType,
} from "@aws-sdk/client-organizations";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CallState } from "../../shared/call-state.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useCall } from "../../wire/use-call.ts";
import { attachedTo } from "./attached-policies.tsx";
import {
  type OrganizationNode,
  type OrganizationTree,
  organizationsOf,
} from "./organization-tree.ts";
import { CONTROL_TYPES, TYPE_TITLES } from "./policy-types.ts";

/**
 * Shows the policies in force at a place: the SCPs and RCPs of each level, of which every level
 * must allow, and the settings that an account's other policies merge to.
 */
export function EffectivePolicies(props: {
  readonly node: OrganizationNode;
  readonly tree: OrganizationTree;
}) {
  const { node, tree } = props;
  const isManagement = node.id === tree.organization.MasterAccountId;
  const control = tree.types.filter((type) => CONTROL_TYPES.includes(type));
  const merged = tree.types.filter((type) => !CONTROL_TYPES.includes(type));
  return (
    <Container header={<Header variant="h2">In force here</Header>}>
      <SpaceBetween size="m">
        {isManagement ? (
          <Box>Neither SCPs nor RCPs bind the management account.</Box>
        ) : (
          control.map((type) => <Levels key={type} node={node} type={type} />)
        )}
        {control.length === 0 && <Box>Neither SCPs nor RCPs are on.</Box>}
        {node.kind === "account" &&
          merged.map((type) => <Merged key={type} accountId={node.id} type={type} />)}
      </SpaceBetween>
    </Container>
  );
}

function Levels(props: { readonly node: OrganizationNode; readonly type: PolicyType }) {
  const { node, type } = props;
  const levels = [...node.above, node];
  const found = useCall(`levels of ${node.id} ${type}`, (aws) =>
    Promise.all(levels.map(({ id }) => attachedTo(aws, id, [type]))),
  );
  return (
    <div>
      <Box variant="h3">{TYPE_TITLES[type]}, of each level</Box>
      <CallState what="policies" call={found} />
      {found.data && (
        <ol className="levels">
          {levels.map(({ id, kind, name }, index) => (
            <li key={id}>
              <Box variant="awsui-key-label">{kind === "root" ? "Root" : `${name} (${kind})`}</Box>
              {sortedNames(found.data?.[index] ?? []) || "None: nothing is allowed"}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** They come by their ids, which mean nothing. */
function sortedNames(policies: readonly PolicySummary[]): string {
  return policies
    .map(({ Name = "" }) => Name)
    .sort()
    .join(", ");
}

function Merged(props: { readonly accountId: string; readonly type: PolicyType }) {
  const { accountId, type } = props;
  const found = useCall(`effective ${accountId} ${type}`, (aws) => merge(aws, accountId, type));
  return (
    <ExpandableSection headerText={`${TYPE_TITLES[type]}, merged from all levels`}>
      <CallState what="policy" call={found} />
      {found.data === "none" && <Box>None is attached at any level.</Box>}
      {found.data !== undefined && found.data !== "none" && (
        <pre className="document">{found.data}</pre>
      )}
    </ExpandableSection>
  );
}

async function merge(aws: AwsClients, TargetId: string, type: PolicyType): Promise<string> {
  // The client's types leave the two control types out.
  const PolicyType = type as Exclude<
    PolicyType,
    "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY"
  >;
  try {
    const input = new DescribeEffectivePolicyCommand({ PolicyType, TargetId });
    const { EffectivePolicy } = await organizationsOf(aws).send(input);
    return pretty(EffectivePolicy?.PolicyContent ?? "");
  } catch (error) {
    if (error instanceof Error && error.name === "EffectivePolicyNotFoundException") return "none";
    throw error;
  }
}
