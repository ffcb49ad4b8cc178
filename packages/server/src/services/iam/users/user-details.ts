import type * as iam from "@aws-sdk/client-iam";
import { type User, userArn } from "../rows/users.ts";

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
