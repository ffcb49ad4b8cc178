import Link from "@cloudscape-design/components/link";

/**
 * The page that IAM's denials link to, by whichever name of the
 * server.
 */
const PLACE = /https?:\/\/\S+\/(#\/authorization-details\/\w+)/;

/** AWS's sentence, with the address in it as a link. */
export function Sentence(props: { readonly text: string; readonly inverted?: boolean }) {
  const { text, inverted = false } = props;
  const found = PLACE.exec(text);
  if (!found) return text;
  const [address, place = ""] = found;
  return (
    <>
      {text.slice(0, found.index)}
      <Link variant="primary" color={inverted ? "inverted" : "normal"} href={place}>
        {address}
      </Link>
      {text.slice(found.index + address.length)}
    </>
  );
}
