import type {
  RenditionConfigurationRendition,
  RenditionConfigurationRenditionSelection,
  ThumbnailConfigurationResolution,
} from "@aws-sdk/client-ivs";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import type { Thumbnails } from "./thumbnails.ts";

const RESOLUTIONS = [
  { value: "FULL_HD", label: "Full HD, 1080 lines" },
  { value: "HD", label: "HD, 720 lines" },
  { value: "SD", label: "SD, 480 lines" },
  { value: "LOWEST_RESOLUTION", label: "The lowest there is" },
] as const satisfies readonly {
  readonly value: RenditionConfigurationRendition & ThumbnailConfigurationResolution;
  readonly label: string;
}[];
const SOURCE = { value: "", label: "As the first rendition" };

/** Chooses which of a stream's renditions are recorded. */
export interface Renditions {
  readonly renditionSelection: RenditionConfigurationRenditionSelection;
  readonly renditions: RenditionConfigurationRendition[];
}

export function RenditionFields(props: {
  readonly value: Renditions;
  readonly onChange: (value: Renditions) => void;
}) {
  const { value, onChange } = props;
  return (
    <SpaceBetween size="m">
      <FormField label="Renditions">
        <RadioGroup
          value={value.renditionSelection}
          onChange={({ detail }) => {
            const { value: selection } = detail;
            const renditionSelection =
              selection === "NONE" || selection === "CUSTOM" ? selection : "ALL";
            onChange({ ...value, renditionSelection });
          }}
          items={[
            { value: "ALL", label: "All" },
            { value: "CUSTOM", label: "Some" },
            { value: "NONE", label: "None", description: "Thumbnails and JSON only." },
          ]}
        />
      </FormField>
      {value.renditionSelection === "CUSTOM" && (
        <FormField label="Recorded renditions">
          <Multiselect
            options={RESOLUTIONS}
            selectedOptions={RESOLUTIONS.filter((each) => value.renditions.includes(each.value))}
            placeholder="Choose at least one"
            onChange={({ detail }) => {
              const chosen = detail.selectedOptions.map((option) => option.value);
              const renditions = RESOLUTIONS.filter((each) => chosen.includes(each.value));
              onChange({ ...value, renditions: renditions.map((each) => each.value) });
            }}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

export function ThumbnailFields(props: {
  readonly value: Thumbnails;
  readonly onChange: (value: Thumbnails) => void;
}) {
  const { value, onChange } = props;
  const options = [SOURCE, ...RESOLUTIONS];
  return (
    <SpaceBetween size="m">
      <Toggle
        checked={value.enabled}
        onChange={({ detail }) => onChange({ ...value, enabled: detail.checked })}
      >
        Record thumbnails
      </Toggle>
      {value.enabled && (
        <SpaceBetween size="m">
          <FormField label="Thumbnail every, seconds" description="1 to 60.">
            <Input
              type="number"
              inputMode="numeric"
              value={value.intervalSeconds}
              onChange={({ detail }) => onChange({ ...value, intervalSeconds: detail.value })}
            />
          </FormField>
          <FormField label="Thumbnail resolution">
            <Select
              options={options}
              selectedOption={options.find((option) => option.value === value.resolution) ?? SOURCE}
              onChange={({ detail }) => {
                const { value: wanted } = detail.selectedOption;
                const resolution = RESOLUTIONS.find((each) => each.value === wanted)?.value ?? "";
                onChange({ ...value, resolution });
              }}
            />
          </FormField>
          <FormField label="Thumbnails are kept as">
            <Checkbox
              checked={value.sequential}
              onChange={({ detail }) => onChange({ ...value, sequential: detail.checked })}
            >
              Each one, in order
            </Checkbox>
            <Checkbox
              checked={value.latest}
              onChange={({ detail }) => onChange({ ...value, latest: detail.checked })}
            >
              The latest one, always under the same name
            </Checkbox>
          </FormField>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
