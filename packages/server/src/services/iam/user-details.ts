import type * as iam from "@aws-sdk/client-iam";
import { type User, userArn } from "./user-queries.ts";

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

/** A user as lists show it: without boundary and tags. */
export function userSummary(user: User) {
  return {
    Path: user.path,
    UserName: user.user_name,
    UserId: user.user_id,
    Arn: userArn(user),
    CreateDate: new Date(user.created_ms),
  } satisfies iam.User;
}
