import type * as iam from "@aws-sdk/client-iam";

/** What AWS answers, though the model's only value is another; source: CLI reference, get-user. */
const BOUNDARY_TYPE: string = "Policy";

/** The member `PermissionsBoundary`, missing where there is none. */
export function boundaryMember(arn: string | null): {
  PermissionsBoundary?: iam.AttachedPermissionsBoundary;
} {
  if (arn === null) return {};
  return {
    PermissionsBoundary: {
      PermissionsBoundaryType: BOUNDARY_TYPE as iam.PermissionsBoundaryAttachmentType,
      PermissionsBoundaryArn: arn,
    },
  };
}
