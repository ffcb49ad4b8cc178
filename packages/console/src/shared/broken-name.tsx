import { Fragment } from "react";

/** Between a name's words: `CreateChannel` breaks before `Channel`. */
const HUMP = /(?<=[a-z0-9])(?=[A-Z])/;

/** A name that breaks between its words where it doesn't fit a line. */
export function BrokenName({ children }: { readonly children: string }) {
  let at = 0;
  return children.split(HUMP).map((word) => {
    at += word.length;
    return (
      <Fragment key={at}>
        {at > word.length && <wbr />}
        {word}
      </Fragment>
    );
  });
}
