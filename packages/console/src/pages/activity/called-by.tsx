import { BrokenName } from "../../shared/broken-name.tsx";

/** The name of a call; on a telephone with its caller, whose column is out of view there. */
export function CalledBy(props: { readonly name: string; readonly caller: string }) {
  return (
    <span className="slim-cell">
      <BrokenName>{props.name}</BrokenName>
      <span className="on-phone" aria-hidden="true">
        by {props.caller}
      </span>
    </span>
  );
}
