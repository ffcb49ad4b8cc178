import { useRef } from "react";
import { type Call, useCall } from "../../wire/use-call.ts";
import { type Listing, listEverything } from "./cloud-control.ts";

/** Resources of each type that are read at first. */
const FIRST_OF_TYPE = 500;

interface Resources extends Call<Listing> {
  /** Reads twice as many of each type; undefined if all are read. */
  readonly more: (() => void) | undefined;
}

export function useResources(): Resources {
  const perType = useRef(FIRST_OF_TYPE);
  const listing = useCall("resources", (aws) => listEverything(aws, perType.current));
  const more = () => {
    perType.current *= 2;
    listing.reload();
  };
  return { ...listing, more: listing.data?.complete === false ? more : undefined };
}
