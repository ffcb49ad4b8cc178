import type { User } from "@aws-sdk/client-iam";
import { placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";

export const USER_NAME_COLUMN = nameColumn<User>(
  ({ UserName = "" }) => UserName,
  ({ UserName = "" }) => placeOf("/iam/users/:name", { name: UserName }),
);
