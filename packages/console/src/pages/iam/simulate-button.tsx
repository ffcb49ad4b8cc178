import Button from "@cloudscape-design/components/button";
import { placeOf } from "../../routing/hash-route.ts";

/** Leads to the simulator, with the user, role or policy in its question. */
export function SimulateButton(
  props: { readonly principal: string } | { readonly policy: string },
) {
  return <Button href={placeOf("/iam/simulator", {}, { ...props })}>Simulate</Button>;
}
