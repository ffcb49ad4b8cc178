import { Fragment } from "react";

/** A text in which code is between backquotes. */
export function CodedText({ children }: { readonly children: string }) {
  let at = 0;
  return children.split("`").map((text, index) => {
    at += text.length + 1;
    return <Fragment key={at}>{index % 2 === 1 ? <code>{text}</code> : text}</Fragment>;
  });
}
