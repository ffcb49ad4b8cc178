import { DENY, OTHER_TAGS, type Sample, TAGS } from "./sample-words.ts";

/** Each is made where the ones before it are, and they go in the opposite order. */
export function organizationsSamples(rootId: string): readonly Sample[] {
  return [
    {
      typeName: "AWS::Organizations::OrganizationalUnit",
      create: { ParentId: rootId, Name: "studio", Tags: TAGS },
      update: { ParentId: rootId, Name: "stage", Tags: OTHER_TAGS },
    },
    {
      typeName: "AWS::Organizations::Account",
      create: { AccountName: "guest", Email: "guest@studio.example", Tags: TAGS },
      update: { AccountName: "guest", Email: "guest@studio.example", ParentIds: [rootId] },
      isKept: true,
    },
    {
      typeName: "AWS::Organizations::Policy",
      create: { Name: "bounds", Type: "SERVICE_CONTROL_POLICY", Content: DENY, Tags: TAGS },
      update: {
        Name: "limits",
        Description: "limits",
        Type: "SERVICE_CONTROL_POLICY",
        Content: DENY,
        TargetIds: [rootId],
      },
    },
    {
      typeName: "AWS::Organizations::ResourcePolicy",
      create: { Content: delegation("organizations:ListRoots"), Tags: TAGS },
      update: { Content: delegation("organizations:DescribeOrganization") },
    },
  ];
}

function delegation(Action: string): object {
  const Principal = { AWS: "arn:aws:iam::210987654321:root" };
  return {
    Version: "2012-10-17",
    Statement: [{ Sid: "Delegation", Effect: "Allow", Principal, Action, Resource: "*" }],
  };
}
