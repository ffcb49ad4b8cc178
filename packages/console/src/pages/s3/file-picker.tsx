import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef } from "react";
import { shownBytes } from "../../shared/shown-values.ts";
import { DropZone } from "./drop-zone.tsx";
import { type PickedFile, pickedFiles } from "./picked-files.ts";

/** The files that are shown by name; of more only the number. */
const NAMES_MAX = 10;

/** Picks files and folders, by dropping them or from a dialog. */
export function FilePicker(props: {
  readonly files: readonly PickedFile[];
  readonly onChange: (files: readonly PickedFile[]) => void;
  readonly onFailed: (error: unknown) => void;
}) {
  const { files, onChange, onFailed } = props;
  const filesInput = useRef<HTMLInputElement>(null);
  const folderInput = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // React has no attribute for it.
    if (folderInput.current) folderInput.current.webkitdirectory = true;
  }, []);
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const rest = files.length - NAMES_MAX;
  return (
    <DropZone onFiles={onChange} onFailed={onFailed}>
      <SpaceBetween size="xs">
        <Box>Drop files and folders here, or</Box>
        <SpaceBetween direction="horizontal" size="xs">
          <Button formAction="none" onClick={() => filesInput.current?.click()}>
            Choose files
          </Button>
          <Button formAction="none" onClick={() => folderInput.current?.click()}>
            Choose a folder
          </Button>
        </SpaceBetween>
        <input
          ref={filesInput}
          name="files"
          type="file"
          hidden
          multiple
          onChange={({ target }) => onChange(pickedFiles(target.files))}
        />
        <input
          ref={folderInput}
          name="folder"
          type="file"
          hidden
          onChange={({ target }) => onChange(pickedFiles(target.files))}
        />
        {files.length > 0 && (
          <Box fontSize="body-s">
            <b>
              {files.length === 1 ? "1 file" : `${files.length.toLocaleString("en")} files`},{" "}
              {shownBytes(bytes)}
            </b>
            {files.slice(0, NAMES_MAX).map(({ path }) => (
              <div key={path} className="cli-line">
                {path}
              </div>
            ))}
            {rest > 0 && <div>and {rest.toLocaleString("en")} more</div>}
          </Box>
        )}
      </SpaceBetween>
    </DropZone>
  );
}
