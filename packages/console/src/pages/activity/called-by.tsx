/** The name of a call; on a telephone with its caller, whose column is out of view there. */
export function CalledBy(props: { readonly name: string; readonly caller: string }) {
  return (
    <span className="narrow-cell">
      {props.name}
      <span className="on-phone" aria-hidden="true">
        by {props.caller}
      </span>
    </span>
  );
}
