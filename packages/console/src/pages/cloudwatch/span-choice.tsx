import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useAddressState } from "../../routing/address-state.ts";

const SPANS = [
  { id: "60", text: "1 hour" },
  { id: "180", text: "3 hours" },
  { id: "1440", text: "1 day" },
] as const;

/** The minutes that a page's charts show, and the control that chooses them. */
export function useSpan() {
  const [id, choose] = useAddressState("minutes", "180");
  const control = (
    <SegmentedControl
      label="Over"
      selectedId={id}
      options={[...SPANS]}
      onChange={({ detail }) => choose(detail.selectedId)}
    />
  );
  return { minutes: Number(SPANS.find((span) => span.id === id)?.id ?? 180), control };
}
