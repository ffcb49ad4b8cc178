import { Fragment } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { PlaceLink } from "../../shared/place-link.tsx";
import { principalPlace } from "./role-facts.ts";

/** The principals that a trust policy names; users and roles of this account are links. */
export function TrustedPrincipals(props: {
  readonly principals: readonly string[];
  readonly account: string;
}) {
  const { principals, account } = props;
  if (principals.length === 0) return "Nobody";
  return principals.map((principal, index) => {
    const place = principalPlace(principal, account);
    return (
      <Fragment key={principal}>
        {index > 0 && ", "}
        {place ? (
          <PlaceLink to={placeOf(place.pattern, place.params)}>{place.name}</PlaceLink>
        ) : (
          principal
        )}
      </Fragment>
    );
  });
}
