import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import type { AwsClients } from "../wire/aws-clients.ts";
import { type Call, useCall } from "../wire/use-call.ts";
import { Actions } from "./actions.tsx";
import { CallState } from "./call-state.tsx";
import { JsonEditor, type PolicyKind, useFindings } from "./json-editor.tsx";
import { pretty } from "./pretty-json.ts";
import { useAction } from "./use-action.ts";

interface PolicyPanelProps {
  /** "Key policy". */
  readonly title: string;
  readonly kind: PolicyKind;
  /** The resource by its name, in sentences. */
  readonly of: string;
  readonly sizeMax?: number;
  readonly bucketName?: string;
  /** Shown where there is no policy yet: what that means, and a first one that grants little. */
  readonly withoutOne?: { readonly sentence: string; readonly proposal: string };
  readonly save: (aws: AwsClients, text: string) => Promise<unknown>;
  /** Left out where a resource has a policy always. */
  readonly remove?: (aws: AwsClients) => Promise<unknown>;
  readonly onChanged?: () => void;
  /** Shown above the text. */
  readonly verdict?: ReactNode;
}

/** The policy on a resource: read, validated as it is typed, saved, and deleted. */
export function PolicyPanel(
  props: PolicyPanelProps & {
    /** Resolves to the stored text; undefined if there is none. */
    readonly read: (aws: AwsClients) => Promise<string | undefined>;
  },
) {
  const { read, of, title } = props;
  const stored = useCall(`${title} of ${of}`, async (aws) => ({ text: await read(aws) }));
  return (
    <>
      <CallState what="policy" call={stored} />
      {stored.data && <StoredPolicy {...props} stored={stored} text={stored.data.text} />}
    </>
  );
}

function StoredPolicy(
  props: PolicyPanelProps & {
    readonly stored: Call<unknown>;
    readonly text: string | undefined;
  },
) {
  const { title, kind, of, sizeMax, bucketName, withoutOne, verdict, stored, text } = props;
  const [typed, setTyped] = useState<string>();
  const value = typed ?? pretty(text ?? withoutOne?.proposal ?? "");
  const findings = useFindings(value, kind, bucketName);
  const changed = () => {
    setTyped(undefined);
    stored.reload();
    props.onChanged?.();
  };
  const save = useAction("The policy wasn't saved", async (aws) => {
    await props.save(aws, value);
    changed();
    return `The policy of ${of} is saved.`;
  });
  const remove = useAction("The policy wasn't deleted", async (aws) => {
    await props.remove?.(aws);
    changed();
    return `${of} has no policy any more.`;
  });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={text === undefined ? withoutOne?.sentence : undefined}
          actions={
            <Actions>
              {props.remove && (
                <Button
                  disabled={text === undefined}
                  loading={remove.running}
                  onClick={() => remove.run()}
                >
                  Delete policy
                </Button>
              )}
              <Button
                variant="primary"
                disabled={findings.length > 0}
                loading={save.running}
                onClick={() => save.run()}
              >
                Save policy
              </Button>
            </Actions>
          }
        >
          {title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {verdict}
        <JsonEditor
          label="Policy"
          kind={kind}
          value={value}
          {...(bucketName === undefined ? {} : { bucketName })}
          {...(sizeMax === undefined ? {} : { sizeMax })}
          onChange={setTyped}
        />
      </SpaceBetween>
    </Container>
  );
}
