import Link from "@cloudscape-design/components/link";
import type { ReactNode } from "react";

/** A link to another page of the console. */
export function PlaceLink(props: { readonly to: string; readonly children: ReactNode }) {
  return <Link href={props.to}>{props.children}</Link>;
}
