import { useAws } from "../../wire/aws-context.tsx";
import { type FilmPlace, filmUrl } from "../../wire/film-link.ts";
import { LinkForm } from "../s3/presigned-link.tsx";

/** Makes a link by which anybody watches the recording, for a while. */
export function ShareFilm(props: { readonly place: FilmPlace; readonly onClose: () => void }) {
  const { place, onClose } = props;
  const aws = useAws();
  return (
    <LinkForm
      title="Share recording"
      what="watches the recording as one MP4 file"
      create={(seconds) => filmUrl(aws, place, seconds)}
      onClose={onClose}
    />
  );
}
