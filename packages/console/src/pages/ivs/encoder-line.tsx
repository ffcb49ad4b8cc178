import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNotices } from "../../shared/notices.tsx";
import { useAction } from "../../shared/use-action.ts";
import type { EncoderCommand } from "./encoder-commands.ts";

/**
 * A shell's line that streams. While the key is hidden a few dots stand for it; what is copied
 * always has the key, which is read for it.
 */
export function EncoderLine(props: {
  readonly name: string;
  readonly command: EncoderCommand;
  /** Undefined while it is hidden. */
  readonly streamKey: string | undefined;
  readonly readKey: () => Promise<string>;
}) {
  const { name, command, streamKey, readKey } = props;
  const { done } = useNotices();
  const copy = useAction("The line wasn't copied", async () => {
    const { needsKey, line } = command;
    await navigator.clipboard.writeText(line(needsKey ? (streamKey ?? (await readKey())) : ""));
    done(`The line for ${name} is copied${needsKey ? ", with the stream key" : ""}.`);
    return undefined;
  });
  return (
    <SpaceBetween size="s">
      <Box variant="code" display="block">
        <span className="cli-line">{command.line(streamKey)}</span>
      </Box>
      <Button
        iconName="copy"
        ariaLabel={`Copy the line for ${name}`}
        loading={copy.running}
        onClick={() => copy.run()}
      >
        Copy
      </Button>
    </SpaceBetween>
  );
}
