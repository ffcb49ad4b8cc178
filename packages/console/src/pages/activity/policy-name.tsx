import { placeOf } from "../../routing/hash-route.ts";
import { PlaceLink } from "../../shared/place-link.tsx";

/** A managed policy leads to its page; an inline one has none of its own. */
export function PolicyName({ uri }: { readonly uri: string }) {
  if (!uri.startsWith("arn:aws:iam::")) return <>{uri}</>;
  return <PlaceLink to={placeOf("/iam/policies/:arn", { arn: uri })}>{uri}</PlaceLink>;
}
