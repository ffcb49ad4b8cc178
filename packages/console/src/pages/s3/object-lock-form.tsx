import {
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  type ObjectLockRetentionMode,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
} from "@aws-sdk/client-s3";
import Checkbox from "@cloudscape-design/components/checkbox";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Spinner from "@cloudscape-design/components/spinner";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { CallFailure } from "../../shared/call-failure.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import type { ObjectPlace } from "../../wire/presign.ts";
import { useCall } from "../../wire/use-call.ts";
import { RETENTION_MODES, retentionMode } from "./retention-modes.ts";

/** The locks that keep a version from being deleted. */
interface Lock {
  /** Empty: no retention. */
  readonly mode: ObjectLockRetentionMode | "";
  readonly until: Date | undefined;
  readonly hold: boolean;
}

/** Sets the retention and the legal hold of one version, the latest one if none is named. */
export function ObjectLockForm(props: {
  readonly place: ObjectPlace;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const { place, onChanged, onClose } = props;
  const lock = useCall(`lock of ${JSON.stringify(place)}`, (aws) => readLock(aws, place));
  if (lock.data) {
    return <LockFields place={place} before={lock.data} onChanged={onChanged} onClose={onClose} />;
  }
  return (
    <ModalForm title={titleOf(place)} verb="Save" disabled onSubmit={nothing} onClose={onClose}>
      {lock.error === undefined ? (
        <Spinner />
      ) : (
        <CallFailure title="The lock can't be shown" error={lock.error} onRetry={lock.reload} />
      )}
    </ModalForm>
  );
}

function LockFields(props: {
  readonly place: ObjectPlace;
  readonly before: Lock;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const { place, before, onChanged, onClose } = props;
  const aws = useAws();
  const { done } = useNotices();
  const [mode, setMode] = useState(before.mode);
  const [until, setUntil] = useState(before.until);
  const [hold, setHold] = useState(before.hold);
  const [bypass, setBypass] = useState(false);
  return (
    <ModalForm
      title={titleOf(place)}
      verb="Save"
      disabled={mode !== "" && until === undefined}
      onClose={onClose}
      onSubmit={async () => {
        await writeLock(aws, place, before, { mode, until, hold }, bypass);
        done(`The lock of ${place.key} is saved.`);
        onChanged();
      }}
    >
      <FormField label="Retention">
        <RadioGroup
          ariaLabel="Retention"
          items={RETENTION_MODES}
          value={mode}
          onChange={({ detail }) => setMode(retentionMode(detail.value))}
        />
      </FormField>
      {mode !== "" && (
        <FormField label="Retained until" description="The beginning of this day, UTC.">
          <DatePicker
            value={until?.toISOString().slice(0, 10) ?? ""}
            placeholder="YYYY/MM/DD"
            openCalendarAriaLabel={() => "Choose the day"}
            onChange={({ detail }) =>
              setUntil(detail.value === "" ? undefined : new Date(detail.value))
            }
          />
        </FormField>
      )}
      {before.mode === "GOVERNANCE" && (
        <Checkbox
          checked={bypass}
          description="To shorten or end it. Needs s3:BypassGovernanceRetention."
          onChange={({ detail }) => setBypass(detail.checked)}
        >
          Bypass governance mode
        </Checkbox>
      )}
      <Toggle
        checked={hold}
        description="Keeps the version until the hold is taken away, whatever its retention."
        onChange={({ detail }) => setHold(detail.checked)}
      >
        Legal hold
      </Toggle>
    </ModalForm>
  );
}

async function nothing(): Promise<void> {}

function titleOf({ key, versionId }: ObjectPlace): string {
  const of = versionId === undefined ? key : `version ${versionId} of ${key}`;
  return `Object Lock of ${of}`;
}

async function readLock({ s3 }: AwsClients, place: ObjectPlace): Promise<Lock> {
  const input = inputOf(place);
  const [retention, hold] = await Promise.all([
    unlessMissing(s3.send(new GetObjectRetentionCommand(input))),
    unlessMissing(s3.send(new GetObjectLegalHoldCommand(input))),
  ]);
  const { Mode = "", RetainUntilDate: until } = retention?.Retention ?? {};
  return { mode: Mode, until, hold: hold?.LegalHold?.Status === "ON" };
}

/** Puts what is different: who may set the one needn't be permitted the other. */
async function writeLock(
  { s3 }: AwsClients,
  place: ObjectPlace,
  before: Lock,
  after: Lock,
  bypass: boolean,
): Promise<void> {
  const input = inputOf(place);
  const { mode, until, hold } = after;
  if (mode !== before.mode || (mode !== "" && until?.getTime() !== before.until?.getTime())) {
    await s3.send(
      new PutObjectRetentionCommand({
        ...input,
        Retention: mode === "" ? {} : { Mode: mode, RetainUntilDate: until },
        ...(bypass ? { BypassGovernanceRetention: true } : {}),
      }),
    );
  }
  if (hold !== before.hold) {
    const LegalHold = { Status: hold ? "ON" : "OFF" } as const;
    await s3.send(new PutObjectLegalHoldCommand({ ...input, LegalHold }));
  }
}

function inputOf({ bucket: Bucket, key: Key, versionId }: ObjectPlace) {
  return { Bucket, Key, ...(versionId === undefined ? {} : { VersionId: versionId }) };
}

async function unlessMissing<Output>(call: Promise<Output>): Promise<Output | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchObjectLockConfiguration") return undefined;
    throw error;
  }
}
