import type { Group } from "@aws-sdk/client-iam";
import { placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";

export const GROUP_NAME_COLUMN = nameColumn<Group>(
  ({ GroupName = "" }) => GroupName,
  ({ GroupName = "" }) => placeOf("/iam/groups/:name", { name: GroupName }),
);
