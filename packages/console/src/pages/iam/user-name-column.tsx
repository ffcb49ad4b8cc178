import type { User } from "@aws-sdk/client-iam";
import { placeOf } from "../../routing/hash-route.ts";
import { PlaceLink } from "../../shared/place-link.tsx";

export const USER_NAME_COLUMN = {
  id: "name",
  header: "Name",
  isRowHeader: true,
  cell: ({ UserName = "" }: User) => (
    <PlaceLink to={placeOf("/iam/users/:name", { name: UserName })}>{UserName}</PlaceLink>
  ),
};
